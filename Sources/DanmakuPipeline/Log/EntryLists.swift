import DequeModule

/// The sequences of one room's entries in the ring, ascending, one list for each class.
///
/// A reader finds its place in each list by binary search, so that it never visits an entry that its level does not see.
/// The ring has lists of its own for all rooms together; there the moods are in ``MoodIndex`` instead.
struct EntryLists: Sendable {
    private var moods: Deque<UInt64> = []
    private var alerts: Deque<UInt64> = []
    private var displayed: Deque<UInt64> = []
    private var hidden: Deque<UInt64> = []

    /// The list of one class.
    private(set) subscript(kind: EntryClass) -> Deque<UInt64> {
        _read {
            switch kind {
            case .mood: yield moods
            case .alert: yield alerts
            case .displayed: yield displayed
            case .hidden: yield hidden
            }
        }
        _modify {
            switch kind {
            case .mood: yield &moods
            case .alert: yield &alerts
            case .displayed: yield &displayed
            case .hidden: yield &hidden
            }
        }
    }

    /// The oldest sequence of all classes; `nil` if there is none.
    var oldest: UInt64? {
        EntryClass.allCases.compactMap { self[$0].first }.min()
    }

    /// Adds the newest sequence.
    mutating func append(_ sequence: UInt64, _ kind: EntryClass) {
        self[kind].append(sequence)
    }

    /// Removes the oldest sequence, which is of this class.
    mutating func evict(_ sequence: UInt64, _ kind: EntryClass) {
        let evicted = self[kind].popFirst()
        precondition(evicted == sequence, "the ring evicts \(sequence), its list \(String(describing: evicted))")
    }

    /// The newest sequence up to one; 0 if there is none.
    func newest(through sequence: UInt64, steps: inout Int) -> UInt64 {
        var newest: UInt64 = 0
        for kind in EntryClass.allCases {
            let index = self[kind].index(above: sequence, steps: &steps)
            if index > 0 {
                newest = max(newest, self[kind][index - 1])
            }
        }
        return newest
    }
}

extension Deque<UInt64> {
    /// The index of the first element above a value in an ascending list; `count` if there is none.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - steps: Is increased by the elements that were looked at.
    /// - Returns: The index.
    func index(above value: UInt64, steps: inout Int) -> Int {
        var low = 0
        var high = count
        while low < high {
            steps += 1
            let middle = (low + high) / 2
            if self[middle] > value {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
