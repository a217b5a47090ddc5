/// The events of one stream that are no log entries.
package enum StreamEvents {
    static func hello(_ hello: Hello, retry: Int) -> Frame {
        var encoder = EventEncoder()
        encoder.event("hello")
        encoder.retry(milliseconds: retry)
        encoder.data { writer in
            writer.raw("{\"version\":1,\"epoch\":\"")
            writer.raw(hello.epoch)
            writer.raw("\",\"serverTime\":")
            writer.integer(hello.serverTime)
            writer.raw(",\"heartbeatSeconds\":")
            writer.integer(hello.heartbeatSeconds)
            writer.raw(",\"replaySeconds\":")
            writer.integer(hello.replaySeconds)
            writer.raw(",\"model\":")
            writer.string(hello.model)
            writer.raw("}")
        }
        return encoder.finish()
    }

    /// What `hello` says.
    struct Hello {
        var epoch: [UInt8]
        var serverTime: Int64
        var heartbeatSeconds: Int64
        var replaySeconds: Int64
        var model: String
    }

    /// A room's mood at a join; the last one of a join has an `id`.
    static func snapshot(id: EventID?, _ encode: (inout JSONWriter) -> Void) -> Frame {
        var encoder = EventEncoder(capacity: 1024)
        encoder.id(id)
        encoder.event("snapshot")
        encoder.data(encode)
        return encoder.finish()
    }

    /// An `id` without data: a browser keeps it and dispatches nothing.
    static func bare(id: EventID) -> Frame {
        var encoder = EventEncoder()
        encoder.id(id)
        return encoder.finish()
    }

    static func heartbeat(id: EventID?, serverTime: Int64) -> Frame {
        var encoder = EventEncoder()
        encoder.id(id)
        encoder.event("heartbeat")
        encoder.data { writer in
            writer.raw("{\"serverTime\":")
            writer.integer(serverTime)
            writer.raw("}")
        }
        return encoder.finish()
    }

    /// The cursor is not honoured.
    ///
    /// `from` is as the client sent it, and cut.
    static func reset(_ reason: ResetReason, from: String, to: EventID) -> Frame {
        var encoder = EventEncoder()
        encoder.event("reset")
        encoder.data { writer in
            writer.raw("{\"reason\":")
            writer.string(reason.rawValue)
            writer.raw(",\"from\":")
            writer.string(String(from.prefix(64)))
            writer.raw(",\"to\":\"")
            writer.raw(to.epoch)
            writer.raw("-")
            writer.integer(to.sequence)
            writer.raw("\"}")
        }
        return encoder.finish()
    }

    /// Everything up to `id` was handed over, or is counted here.
    static func skipped(id: EventID, _ skipped: Tally.Level) -> Frame {
        var encoder = EventEncoder()
        encoder.id(id)
        encoder.event("skipped")
        encoder.data { writer in
            writer.raw("{\"events\":")
            writer.integer(skipped.events)
            writer.raw(",\"comments\":")
            writer.integer(skipped.comments)
            writer.raw("}")
        }
        return encoder.finish()
    }

    /// The last event of a stream that the server ends; `nil` if the client has left.
    static func end(_ reason: StreamEnd, retry: Int) -> Frame? {
        switch reason {
        case .client: nil
        case .stalled: last("evicted", reason: reason.rawValue, retry: retry)
        case .maximumAge, .drain: last("bye", reason: reason.rawValue, retry: retry)
        }
    }

    /// The only event of a stream that is refused for load.
    package static func overloaded(reason: String, retry: Int) -> Frame {
        last("overloaded", reason: reason, retry: retry)
    }

    private static func last(_ event: StaticString, reason: String, retry: Int) -> Frame {
        var encoder = EventEncoder()
        encoder.event(event)
        encoder.retry(milliseconds: retry)
        encoder.data { writer in
            writer.raw("{\"reason\":")
            writer.string(reason)
            writer.raw("}")
        }
        return encoder.finish()
    }
}
