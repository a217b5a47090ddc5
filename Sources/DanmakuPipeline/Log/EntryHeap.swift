/// The next entry of one ascending list.
struct EntryRun: Sendable {
    /// Its sequence.
    let sequence: UInt64
    /// Which of the watched rooms the list is of; without meaning for every room.
    let place: Int32
    /// The list's class.
    let kind: EntryClass
    /// Whether the list goes on after it; if not, the rest of it is in the heap already.
    var goesOn = true
}

/// Merges runs by sequence: a binary heap, so that the next entry of n runs costs O(log n).
struct EntryHeap: Sendable {
    private var runs: [EntryRun]
    /// Comparisons so far.
    private(set) var steps = 0

    /// Creates a heap of some runs, in O(n).
    init(_ runs: [EntryRun]) {
        self.runs = runs
        for index in stride(from: runs.count / 2 - 1, through: 0, by: -1) {
            siftDown(index)
        }
    }

    /// The run with the lowest sequence.
    var first: EntryRun? {
        runs.first
    }

    /// Puts the rest of the first run in its place; removes it if nothing is left of it.
    mutating func replaceFirst(with rest: EntryRun?) {
        if let rest {
            runs[0] = rest
        } else {
            runs[0] = runs[runs.count - 1]
            runs.removeLast()
        }
        siftDown(0)
    }

    /// Adds a run.
    mutating func insert(_ run: EntryRun) {
        runs.append(run)
        var child = runs.count - 1
        while child > 0, runs[child].sequence < runs[(child - 1) / 2].sequence {
            steps += 1
            runs.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while 2 * parent + 1 < runs.count {
            steps += 1
            var child = 2 * parent + 1
            if child + 1 < runs.count, runs[child + 1].sequence < runs[child].sequence {
                child += 1
            }
            guard runs[child].sequence < runs[parent].sequence else {
                return
            }
            runs.swapAt(parent, child)
            parent = child
        }
    }
}
