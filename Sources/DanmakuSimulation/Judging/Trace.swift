/// What happened in a run, as a hash and, on request, as lines.
///
/// Two runs of one seed must have the same hash. Lines cost more than the run itself, so a failing seed is run again for
/// them.
final class Trace {
    /// Every event so far in one number.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    /// How many events there were.
    private(set) var count = 0
    /// The newest lines, if lines are kept.
    private(set) var tail: [String] = []

    private let keepsLines: Bool
    private let limit: Int
    private let print: ((String) -> Void)?

    /// Creates an empty trace.
    ///
    /// - Parameters:
    ///   - keepsLines: Whether to keep lines.
    ///   - limit: The most lines that are kept.
    ///   - print: Gets every line as it comes.
    init(keepsLines: Bool, limit: Int = 120, print: ((String) -> Void)? = nil) {
        self.keepsLines = keepsLines || print != nil
        self.limit = limit
        self.print = print
    }

    /// Notes an event.
    ///
    /// - Parameters:
    ///   - now: When, in nanoseconds.
    ///   - actor: Who: a connection, a client.
    ///   - event: What.
    ///   - value: A number that belongs to it.
    ///   - detail: More for a person; it is not part of the hash.
    func note(
        _ now: Int64,
        _ actor: Int,
        _ event: StaticString,
        _ value: Int = 0,
        detail: @autoclosure () -> String = ""
    ) {
        count += 1
        mix(UInt64(bitPattern: now))
        mix(UInt64(bitPattern: Int64(actor)))
        // A literal's address differs from process to process; its length does not.
        mix(UInt64(event.utf8CodeUnitCount) << 8 | UInt64(event.utf8Start.pointee))
        mix(UInt64(bitPattern: Int64(value)))
        guard keepsLines else {
            return
        }
        let micros = String(now / 1000 % 1_000_000)
        let time = "\(now / 1_000_000_000).\(String(repeating: "0", count: 6 - micros.count))\(micros)"
        let line = "\(time) #\(actor) \(event) \(value) \(detail())"
        if tail.count >= limit {
            tail.removeFirst()
        }
        tail.append(line)
        print?(line)
    }

    /// Adds bytes that went over the virtual network.
    func mix(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var place = 0
            while place + 8 <= bytes.count {
                mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                place += 8
            }
            while place < bytes.count {
                mix(UInt64(bytes[place]))
                place += 1
            }
        }
    }

    private func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 29
    }
}
