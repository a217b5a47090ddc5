/// The comments of a room that were shed or dropped within the last minute, by the second of their receipt.
///
/// Takes no memory until something is lost.
struct LossWindow: Sendable {
    private static let seconds: Int64 = 60
    private var counts: [UInt32] = []
    private var head: Int64 = 0
    private(set) var lost = 0

    /// Counts comments that were lost; those older than the window leave no trace.
    mutating func add(_ count: Int, second: Int64) {
        advance(to: second)
        if counts.isEmpty {
            counts = [UInt32](repeating: 0, count: Int(Self.seconds))
            head = max(head, second)
        }
        guard head - second < Self.seconds else {
            return
        }
        let index = Int(second % Self.seconds)
        let room = Int(UInt32.max - counts[index])
        counts[index] += UInt32(min(count, room))
        lost += min(count, room)
    }

    /// Moves the window on.
    mutating func advance(to second: Int64) {
        guard second > head else {
            return
        }
        guard second - head < Self.seconds, lost > 0 else {
            // Nothing of it is left.
            counts = []
            lost = 0
            head = second
            return
        }
        while head < second {
            head += 1
            let index = Int(head % Self.seconds)
            lost -= Int(counts[index])
            counts[index] = 0
        }
    }

    /// Bytes on the heap.
    var memoryBytes: Int {
        counts.isEmpty ? 0 : 32 + counts.capacity * MemoryLayout<UInt32>.stride
    }
}
