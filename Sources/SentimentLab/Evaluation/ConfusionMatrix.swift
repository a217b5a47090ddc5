/// How often each class was answered for each class that was due.
package struct ConfusionMatrix: Sendable, Equatable {
    /// The classes' names, in order.
    package let classes: [String]
    /// `counts[due][answered]`.
    package private(set) var counts: [[Int]]
    /// For each class that was due, how often no class of ours was answered.
    package private(set) var unanswered: [Int]

    /// An empty matrix over these classes.
    package init(classes: [String]) {
        self.classes = classes
        counts = classes.map { _ in classes.map { _ in 0 } }
        unanswered = classes.map { _ in 0 }
    }

    /// Counts one answer; `nil` is none of the classes, which is always wrong.
    package mutating func add(due: Int, answered: Int?) {
        if let answered {
            counts[due][answered] += 1
        } else {
            unanswered[due] += 1
        }
    }

    /// The number of answers, missing ones included.
    package var total: Int {
        counts.reduce(0) { $0 + $1.reduce(0, +) } + unanswered.reduce(0, +)
    }

    /// The share of right answers.
    package var accuracy: Double {
        ratio(classes.indices.reduce(0) { $0 + counts[$1][$1] }, total)
    }

    /// How often a class was due.
    package func support(_ index: Int) -> Int {
        counts[index].reduce(0, +) + unanswered[index]
    }

    /// Of the answers with this class, the share that is right.
    package func precision(_ index: Int) -> Double {
        ratio(counts[index][index], counts.reduce(0) { $0 + $1[index] })
    }

    /// Of what was due to be this class, the share that was answered so.
    package func recall(_ index: Int) -> Double {
        ratio(counts[index][index], support(index))
    }

    /// The harmonic mean of precision and recall.
    package func f1(_ index: Int) -> Double {
        let wrong = support(index) - counts[index][index]
        let answered = counts.reduce(0) { $0 + $1[index] }
        return ratio(2 * counts[index][index], answered + counts[index][index] + wrong)
    }

    /// The mean of ``f1(_:)`` over the classes that are due at least once.
    package var macroF1: Double {
        let due = classes.indices.filter { support($0) > 0 }
        return due.isEmpty ? 0 : due.reduce(0) { $0 + f1($1) } / Double(due.count)
    }

    /// The mean of ``recall(_:)`` over the classes that are due at least once.
    package var macroRecall: Double {
        let due = classes.indices.filter { support($0) > 0 }
        return due.isEmpty ? 0 : due.reduce(0) { $0 + recall($1) } / Double(due.count)
    }

    private func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
