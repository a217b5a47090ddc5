import DanmakuPipeline
import DanmakuTestKit

/// A connection as a test scripts it: what is flushed goes through while its reader reads, and is pending while it does
/// not.
///
/// Like a channel, it reports changes of writability from within `write` and `flush`.
final class ScriptedSink: SubscriberSink {
    /// Bytes above which it is not writable, and below which it is again.
    let high: Int
    let low: Int
    var onWritabilityChange: () -> Void = {}
    var onJoin: () -> Void = {}
    private(set) var parser: EventStreamParser
    private(set) var isWritable = true
    private(set) var isEnded = false
    private(set) var flushes = 0
    private var unflushed: [UInt8] = []
    private var unread: [UInt8] = []
    /// Whether the reader reads.
    private(set) var isReading = true

    init(high: Int = 64 << 10, low: Int = 32 << 10, lastEventID: String = "") {
        self.high = high
        self.low = low
        parser = EventStreamParser(lastEventID: lastEventID)
    }

    var pendingBytes: Int {
        unflushed.count + unread.count
    }

    var events: [EventStreamParser.Event] {
        parser.events
    }

    func write(_ frame: Frame) -> Int {
        precondition(!isEnded, "written to after its end")
        unflushed += frame.bytes
        judge()
        return frame.bytes.count
    }

    func flush() {
        flushes += 1
        unread += unflushed
        unflushed = []
        if isReading {
            parser.feed(unread)
            unread = []
        }
        judge()
    }

    func joined() {
        onJoin()
    }

    func end() {
        precondition(!isEnded, "ended twice")
        isEnded = true
    }

    func stall() {
        isReading = false
    }

    /// The reader reads on.
    func resume() {
        isReading = true
        parser.feed(unread)
        unread = []
        judge()
    }

    /// The reader takes some bytes and stops again.
    func take(_ count: Int) {
        parser.feed(unread.prefix(count))
        unread.removeFirst(min(count, unread.count))
        judge()
    }

    private func judge() {
        let was = isWritable
        if pendingBytes > high {
            isWritable = false
        } else if pendingBytes < low {
            isWritable = true
        }
        if was != isWritable {
            onWritabilityChange()
        }
    }
}

extension EventStreamParser.Event {
    /// The sequence of its `id`.
    var sequence: UInt64? {
        lastEventID.split(separator: "-").last.flatMap { UInt64($0) }
    }
}
