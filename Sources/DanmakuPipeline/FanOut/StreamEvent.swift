/// An event of one stream that is not an entry of the log.
///
/// It is a value until ``frame`` encodes it.
package enum StreamEvent: Sendable, Equatable {
    /// The first event of a stream.
    case hello(Hello, retry: Int)
    /// A room's mood at a join; the last one of a join has an `id`.
    case snapshot(MoodSnapshot, room: [UInt8], id: EventID?)
    /// An `id` without data: a browser keeps it and dispatches nothing.
    case position(EventID)
    /// The stream is alive; `id` is the last one of the stream.
    case heartbeat(id: EventID?, serverTime: Int64)
    /// The cursor is not honoured; `from` is as the client sent it.
    case reset(ResetReason, from: String, to: EventID)
    /// Everything up to `id` was handed over, or is counted here.
    case skipped(Tally.Level, id: EventID)
    /// The only event of a stream that is refused for load.
    case overloaded(reason: String, retry: Int)
    /// The last event of a stream that takes nothing.
    case evicted(reason: String, retry: Int)
    /// The last event of a stream that the server ends in good order.
    case bye(reason: String, retry: Int)

    /// What `hello` says.
    package struct Hello: Sendable, Equatable {
        /// The log's epoch.
        package var epoch: [UInt8]
        /// Milliseconds since 1970.
        package var serverTime: Int64
        /// Seconds between two heartbeats.
        package var heartbeatSeconds: Int64
        /// The age of the oldest entry that a cursor may name, in seconds.
        package var replaySeconds: Int64
        /// The configured scorer.
        package var model: String
    }

    /// The last event of a stream that the server ends; `nil` if the client has left.
    init?(_ end: StreamEnd, retry: Int) {
        switch end {
        case .client: return nil
        case .stalled: self = .evicted(reason: end.rawValue, retry: retry)
        case .maximumAge, .drain: self = .bye(reason: end.rawValue, retry: retry)
        }
    }

    /// The name on the wire; `nil` for an `id` alone.
    private var name: StaticString? {
        switch self {
        case .hello: "hello"
        case .snapshot: "snapshot"
        case .position: nil
        case .heartbeat: "heartbeat"
        case .reset: "reset"
        case .skipped: "skipped"
        case .overloaded: "overloaded"
        case .evicted: "evicted"
        case .bye: "bye"
        }
    }

    private var id: EventID? {
        switch self {
        case .snapshot(_, _, let id), .heartbeat(let id, _): id
        case .position(let id), .skipped(_, let id): id
        case .hello, .reset, .overloaded, .evicted, .bye: nil
        }
    }

    /// Milliseconds after which a browser connects again, where the event says so.
    private var retry: Int? {
        switch self {
        case .hello(_, let retry), .overloaded(_, let retry), .evicted(_, let retry), .bye(_, let retry): retry
        case .snapshot, .position, .heartbeat, .reset, .skipped: nil
        }
    }

    /// The encoded event.
    package var frame: Frame {
        var encoder = EventEncoder(capacity: capacity)
        encoder.id(id)
        if let name {
            encoder.event(name)
            if let retry {
                encoder.retry(milliseconds: retry)
            }
            encoder.data { encodeData(into: &$0) }
        }
        return encoder.finish()
    }

    /// Bytes to reserve for the frame.
    private var capacity: Int {
        switch self {
        case .snapshot: 1024
        case .hello, .position, .heartbeat, .reset, .skipped, .overloaded, .evicted, .bye: 256
        }
    }

    private func encodeData(into writer: inout JSONWriter) {
        switch self {
        case .hello(let hello, _):
            hello.encode(into: &writer)
        case .snapshot(let mood, let room, _):
            mood.encode(room: room, detail: .full, into: &writer)
        case .position:
            break
        case .heartbeat(_, let serverTime):
            writer.raw("{\"serverTime\":")
            writer.integer(serverTime)
            writer.raw("}")
        case .reset(let reason, let from, let to):
            writer.raw("{\"reason\":")
            writer.string(reason.rawValue)
            writer.raw(",\"from\":")
            writer.string(String(from.prefix(64)))
            writer.raw(",\"to\":\"")
            to.encode(into: &writer)
            writer.raw("\"}")
        case .skipped(let skipped, _):
            writer.raw("{\"events\":")
            writer.integer(skipped.events)
            writer.raw(",\"comments\":")
            writer.integer(skipped.comments)
            writer.raw("}")
        case .overloaded(let reason, _), .evicted(let reason, _), .bye(let reason, _):
            writer.raw("{\"reason\":")
            writer.string(reason)
            writer.raw("}")
        }
    }
}

extension StreamEvent.Hello {
    fileprivate func encode(into writer: inout JSONWriter) {
        writer.raw("{\"version\":1,\"epoch\":\"")
        writer.raw(epoch)
        writer.raw("\",\"serverTime\":")
        writer.integer(serverTime)
        writer.raw(",\"heartbeatSeconds\":")
        writer.integer(heartbeatSeconds)
        writer.raw(",\"replaySeconds\":")
        writer.integer(replaySeconds)
        writer.raw(",\"model\":")
        writer.string(model)
        writer.raw("}")
    }
}
