/// What has been read and not yet acknowledged: decides what to write, what to write again, and when to stop reading.
///
/// Lines come in whole chunks and are numbered per connection by the server, which counts every line but the hello.
/// After a lost connection exactly the lines past the last acknowledgement are written again.
package struct ReplayWindow: Sendable {
    /// Whether there is a connection to write to.
    package enum State: Equatable, Sendable {
        /// No connection; can transition to `connected`. Nothing is written.
        case disconnected
        /// Connected; can transition to `disconnected`. The first `written` chunks are on their way.
        case connected(written: Int)
    }

    private struct Chunk {
        var bytes: [UInt8]
        var lines: Int
    }

    /// Reading stops above this many unacknowledged bytes.
    ///
    /// It moves how much a lost connection makes us send again,
    /// and must exceed what the server reads between two acks at full speed (1,000 lines or 100 ms).
    private let limit: Int
    private var chunks: [Chunk] = []
    private var head = 0
    private var finished = ReplayCounts()
    private var current = ReplayCounts()
    /// Lines of this connection that chunks already dropped held.
    private var dropped = 0
    /// The line of this connection, from 1, that the server has refused to read to its end.
    private var refused: Int?

    /// Whether there is a connection.
    package private(set) var state = State.disconnected
    /// Unacknowledged bytes.
    package private(set) var bytes = 0
    /// Lines taken in so far.
    package private(set) var lines = 0

    /// Creates an empty window.
    package init(limit: Int = 8 << 20) {
        self.limit = limit
    }

    /// The counts of all connections together.
    package var counts: ReplayCounts {
        var sum = finished
        sum += current
        return sum
    }

    /// Lines taken in that no connection has acknowledged.
    package var unacknowledged: Int {
        lines - counts.lines
    }

    /// Whether reading has to wait for acknowledgements.
    package var isFull: Bool {
        bytes >= limit
    }

    /// Takes in whole lines.
    package mutating func append(_ bytes: [UInt8], lines: Int) {
        precondition(lines > 0, "a chunk holds a line")
        chunks.append(Chunk(bytes: bytes, lines: lines))
        self.bytes += bytes.count
        self.lines += lines
    }

    /// A connection stands; everything unacknowledged is to be written to it.
    package mutating func connected() {
        guard state == .disconnected else {
            preconditionFailure("connected while \(state)")
        }
        state = .connected(written: 0)
    }

    /// What to write next, or `nil` if all is written or there is no connection.
    package mutating func nextWrite() -> [UInt8]? {
        guard case .connected(let written) = state, head + written < chunks.count else {
            return nil
        }
        state = .connected(written: written + 1)
        return chunks[head + written].bytes
    }

    /// Takes the server's cumulative counts of this connection.
    ///
    /// - Returns: Whether they can be true: they never fall, add up, and count no line that was not written.
    package mutating func acknowledge(_ counts: ReplayCounts) -> Bool {
        guard case .connected(var written) = state else {
            preconditionFailure("acknowledged while \(state)")
        }
        let sent = dropped + chunks[head..<(head + written)].reduce(0) { $0 + $1.lines }
        let parts = [counts.accepted, counts.duplicate, counts.rejected, counts.shed]
        // One by one first: whatever answers chose the numbers, and their sum may be larger than an integer.
        guard parts.allSatisfy({ $0 <= sent }), counts.lines >= current.lines, counts.lines <= sent,
            counts.lines == parts.reduce(0, +)
        else {
            return false
        }
        current = counts
        while written > 0, dropped + chunks[head].lines <= counts.lines {
            dropped += chunks[head].lines
            bytes -= chunks[head].bytes.count
            chunks[head].bytes = []
            head += 1
            written -= 1
        }
        if head > 64 && head * 2 > chunks.count {
            chunks.removeFirst(head)
            head = 0
        }
        state = .connected(written: written)
        return true
    }

    /// The server closes the connection over a line, which it does not count.
    ///
    /// - Parameter line: The line of this connection, from 1, the hello not counted.
    package mutating func refuse(line: Int) {
        refused = line
    }

    /// The connection is gone: what it has acknowledged stays so, the rest goes to the next one.
    ///
    /// - Returns: The line that the server refused to read, if there was one: it is not sent again, or every connection
    ///   would end with it, and counts as rejected.
    @discardableResult
    package mutating func disconnected() -> [UInt8]? {
        guard case .connected = state else {
            preconditionFailure("disconnected while \(state)")
        }
        let excess = current.lines - dropped
        if excess > 0 {
            trim(lines: excess)
        }
        let line = refused.flatMap { remove($0 - max(current.lines, dropped) - 1) }
        finished += current
        if line != nil {
            finished.lines += 1
            finished.rejected += 1
        }
        current = ReplayCounts()
        dropped = 0
        refused = nil
        state = .disconnected
        return line
    }

    /// Takes one unacknowledged line out.
    ///
    /// - Parameter place: How many unacknowledged lines stand before it.
    /// - Returns: Its bytes without the end; `nil` if there are not so many lines.
    private mutating func remove(_ place: Int) -> [UInt8]? {
        guard place >= 0 else {
            return nil
        }
        var left = place
        for index in head..<chunks.count {
            guard left >= chunks[index].lines else {
                return removeLine(left, fromChunk: index)
            }
            left -= chunks[index].lines
        }
        return nil
    }

    private mutating func removeLine(_ place: Int, fromChunk index: Int) -> [UInt8]? {
        var start = 0
        for _ in 0..<place {
            guard let newline = chunks[index].bytes[start...].firstIndex(of: 0x0A) else {
                return nil
            }
            start = newline + 1
        }
        guard let end = chunks[index].bytes[start...].firstIndex(of: 0x0A) else {
            return nil
        }
        let line = Array(chunks[index].bytes[start..<end])
        chunks[index].bytes.removeSubrange(start...end)
        chunks[index].lines -= 1
        bytes -= end + 1 - start
        if chunks[index].lines == 0 {
            chunks.remove(at: index)
        }
        return line
    }

    /// Cuts acknowledged lines off the first chunk.
    private mutating func trim(lines: Int) {
        var end = 0
        for _ in 0..<lines {
            guard let newline = chunks[head].bytes[end...].firstIndex(of: 0x0A) else {
                preconditionFailure("a chunk of \(chunks[head].lines) lines has no line \(lines)")
            }
            end = newline + 1
        }
        chunks[head].bytes.removeFirst(end)
        chunks[head].lines -= lines
        bytes -= end
    }
}
