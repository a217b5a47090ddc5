import Synchronization

/// What the three tasks of a replay share: the one that reads the file, the one that writes, the one that reads
/// answers.
final class ReplayState: Sendable {
    private struct Guarded {
        var window = ReplayWindow()
        let encoder: ReplayLineEncoder
        var progress = ReplayProgress()
        var isComplete = false
        var isStopping = false
        var isGivenUp = false
        var refusal: String?
    }

    /// What the writing task does next.
    enum Write {
        case bytes([UInt8])
        case wait
        case finish
    }

    private let guarded: Mutex<Guarded>
    /// Raised when there may be something to write.
    let work = ReplaySignal()
    /// Raised when the window may have room.
    let room = ReplaySignal()

    /// Creates the state of one replay.
    ///
    /// - Parameter encoder: Tells which line of the file a line was made of.
    init(encoder: ReplayLineEncoder) {
        guarded = Mutex(Guarded(encoder: encoder))
    }

    var progress: ReplayProgress {
        guarded.withLock { guarded in
            var progress = guarded.progress
            progress.sent = guarded.window.lines
            progress.counts = guarded.window.counts
            return progress
        }
    }

    var isStopping: Bool {
        guarded.withLock { $0.isStopping }
    }

    /// Whether the delivery has ended with something undelivered.
    var isGivenUp: Bool {
        guarded.withLock { $0.isGivenUp }
    }

    func giveUp() {
        guarded.withLock { guarded in
            guarded.isGivenUp = true
            guarded.isStopping = true
        }
        room.raise()
    }

    /// A connection's refusal that trying again cannot mend.
    var refusal: String? {
        guarded.withLock { $0.refusal }
    }

    /// Whether everything was read and acknowledged.
    var isDone: Bool {
        guarded.withLock { $0.isComplete && $0.window.unacknowledged == 0 }
    }

    /// Ends reading; what was read is still delivered.
    func stop() {
        guarded.withLock { $0.isStopping = true }
        room.raise()
    }

    func began(loop: Int, bytesTotal: Int?) {
        guarded.withLock { guarded in
            guarded.progress.loop = loop
            guarded.progress.bytesTotal = bytesTotal
            guarded.progress.bytesRead = 0
        }
    }

    func read(bytes: Int) {
        guarded.withLock { $0.progress.bytesRead += bytes }
    }

    /// Hands lines over, once the window has room for them.
    func append(_ bytes: [UInt8], lines: Int) async throws {
        while guarded.withLock({ $0.window.isFull && !$0.isStopping }) {
            try Task.checkCancellation()
            await room.wait()
        }
        guarded.withLock { $0.window.append(bytes, lines: lines) }
        work.raise()
    }

    func complete() {
        guarded.withLock { $0.isComplete = true }
        work.raise()
    }

    func connected() {
        guarded.withLock { guarded in
            guarded.window.connected()
            guarded.progress.connections += 1
            guarded.progress.failure = nil
        }
    }

    /// A connection could not be made, or broke.
    func failed(_ error: any Error) {
        let reason = ReplayConnectionFailure.reason(of: error)
        guarded.withLock { $0.progress.failure = reason }
    }

    func disconnected() {
        guarded.withLock { guarded in
            guard let refused = guarded.window.disconnected() else {
                return
            }
            guarded.progress.tooLong.add(line: guarded.encoder.number(ofLine: refused))
        }
        room.raise()
    }

    /// Counts lines that were left out for their length.
    func refused(_ refusals: ReplayRefusals) {
        guarded.withLock { $0.progress.tooLong += refusals }
    }

    func nextWrite() -> Write {
        guarded.withLock { guarded in
            if let bytes = guarded.window.nextWrite() {
                return .bytes(bytes)
            }
            return guarded.isComplete ? .finish : .wait
        }
    }

    /// Takes one answer of the server.
    func heard(_ answer: ReplayAnswer) throws {
        switch answer {
        case .ack(let counts):
            guard guarded.withLock({ $0.window.acknowledge(counts) }) else {
                throw ReplayError(description: "the server acknowledges lines that were not sent: \(counts)")
            }
            room.raise()
        case .lineError(let code, let line):
            guarded.withLock { guarded in
                guarded.progress.errors[code, default: 0] += 1
                if code == "line_too_long" {
                    // The server counts the hello as its first line.
                    guarded.window.refuse(line: line - 1)
                }
            }
        case .connectionError(let code):
            guarded.withLock { guarded in
                guarded.progress.errors[code, default: 0] += 1
                if code == "unauthorized" {
                    guarded.refusal = code
                }
            }
        case .unknown:
            break
        }
    }
}
