/// Whose turn it is in one room: results are published in the order in which their comments were admitted.
///
/// Each comment has the room's own number, from 0, reserved when it was queued. A comment that is dropped leaves a
/// tombstone, so that no result waits for it. Where batches cannot overtake one another (one in flight) this only proves
/// the order; where they can, a ``ReorderBuffer`` keeps what came early.
package struct RoomSequencer: Sendable {
    /// The number whose turn it is.
    package private(set) var turn: UInt64 = 0
    /// Dropped comments whose turn has not come.
    private var tombstones: Set<UInt64> = []

    /// Creates the sequencer of a room without comments.
    package init() {}

    /// Gives a number its turn; it must be the one whose turn it is.
    package mutating func release(_ number: UInt64) {
        precondition(number == turn, "number \(number) is released while it is the turn of \(turn)")
        turn += 1
        skipTombstones()
    }

    /// Says that a comment will never have a result.
    package mutating func drop(_ number: UInt64) {
        precondition(number >= turn, "number \(number) is dropped after it had its turn")
        tombstones.insert(number)
        skipTombstones()
    }

    private mutating func skipTombstones() {
        while !tombstones.isEmpty, tombstones.remove(turn) != nil {
            turn += 1
        }
    }
}
