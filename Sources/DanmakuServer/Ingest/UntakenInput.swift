import DanmakuPipeline
import NIOCore

/// Input that a connection has read and the pipeline has not taken: one decoded chunk, and the undecoded input behind
/// it.
struct UntakenInput {
    /// What was read and not decoded yet.
    enum Arrival {
        case bytes(ByteBuffer, Timestamp)
        case end(Timestamp)
    }

    /// A decoded chunk on its way into the pipeline.
    struct Taking {
        /// The lines that were decoded.
        var offering: Offering
        /// The line behind them that was too long.
        var tooLongLine: UInt64?
        /// The rejections that are settled, and how many of them are answered.
        var answers: [Rejection] = []
        var answered = 0

        /// What it holds, in bytes.
        var bytes: Int {
            offering.memoryBytes + answers.count * MemoryLayout<Rejection>.stride
        }
    }

    /// The chunk that is being taken.
    var taking: Taking?
    private var backlog = CircularBuffer<Arrival>()
    private var backlogBytes = 0

    /// The bytes that it holds: 0 while the pipeline takes everything at once.
    var bytes: Int {
        backlogBytes + (taking?.bytes ?? 0)
    }

    /// Adds what was read.
    mutating func append(_ arrival: Arrival) {
        if case .bytes(let buffer, _) = arrival {
            backlogBytes += buffer.readableBytes
        }
        backlog.append(arrival)
    }

    /// Removes what was read first.
    mutating func popFirst() -> Arrival? {
        let arrival = backlog.popFirst()
        if case .bytes(let buffer, _) = arrival {
            backlogBytes -= buffer.readableBytes
        }
        return arrival
    }

    /// Drops everything.
    ///
    /// - Returns: How many lines that were, as far as they had come to their end.
    mutating func drop() -> Int {
        var lines = taking.map { $0.offering.count - $0.offering.taken } ?? 0
        for case .bytes(let buffer, _) in backlog {
            lines += buffer.readableBytesView.count { $0 == UInt8(ascii: "\n") }
        }
        self = UntakenInput()
        return lines
    }
}
