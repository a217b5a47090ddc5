/// Restores one room's order where batches overtake each other: keeps what came early until its turn has come.
///
/// What is kept is bounded by what is in flight: a call that hangs is written off, and its comments then arrive with
/// the fallback's verdicts or are dropped.
package struct ReorderBuffer<Element: Sendable>: Sendable {
    private var sequencer = RoomSequencer()
    private var early: [UInt64: Element] = [:]

    /// Creates the buffer of a room without comments.
    package init() {}

    /// The number whose turn it is.
    package var turn: UInt64 {
        sequencer.turn
    }

    /// How many wait for their turn.
    package var count: Int {
        early.count
    }

    /// Takes the turn of a number, if it has come.
    ///
    /// The way without a copy: if it answers yes the caller publishes the result itself, then asks ``next()`` until
    /// `nil`; if not, it calls ``keep(_:number:)``.
    package mutating func takeTurn(_ number: UInt64) -> Bool {
        guard number == sequencer.turn else {
            return false
        }
        sequencer.release(number)
        return true
    }

    /// Keeps a result whose turn has not come.
    package mutating func keep(_ element: Element, number: UInt64) {
        precondition(number > turn, "number \(number) is kept while it is the turn of \(turn)")
        let before = early.updateValue(element, forKey: number)
        precondition(before == nil, "number \(number) came twice")
    }

    /// Says that a comment will never have a result; then ask ``next()`` until `nil`.
    package mutating func drop(_ number: UInt64) {
        precondition(early[number] == nil, "number \(number) is dropped after its result came")
        sequencer.drop(number)
    }

    /// The next kept result whose turn it is.
    package mutating func next() -> Element? {
        guard !early.isEmpty, let element = early.removeValue(forKey: turn) else {
            return nil
        }
        sequencer.release(turn)
        return element
    }
}
