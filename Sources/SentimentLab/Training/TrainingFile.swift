import SentimentModel

/// A file to train on or to be tuned by, and how.
///
/// On the command line it is written `PATH[:KEY=VALUE]…`, for example `danmaku.tsv:weight=2:domain=live`.
package struct TrainingFile: Sendable, Equatable {
    /// Lines of `label<TAB>text`; a label is a class's name, or probabilities (see ``LabelReader``).
    package var path: String
    /// What the labels say.
    package var task: EvaluationTask
    /// How much each row counts.
    package var weight: Float
    /// What kind of texts it holds; nil leaves that to the gate.
    package var domain: TextDomain?
    /// Rows beyond so many are left out; 0 means none are.
    package var limit: Int

    /// Creates a file's description.
    package init(
        path: String,
        task: EvaluationTask = .polarity,
        weight: Float = 1,
        domain: TextDomain? = nil,
        limit: Int = 0
    ) {
        self.path = path
        self.task = task
        self.weight = weight
        self.domain = domain
        self.limit = limit
    }

    /// Reads a description; the task is emotion if the file's name says so and nothing else is said.
    package init(parsing argument: String) throws(TrainingError) {
        var parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        self.init(path: String(parts.removeFirst()))
        if path.contains(".emotion.") {
            task = .emotion
        }
        for part in parts {
            guard let equals = part.firstIndex(of: "=") else {
                throw TrainingError("\(argument): \(part) is not KEY=VALUE")
            }
            let value = String(part[part.index(after: equals)...])
            switch part[..<equals] {
            case "weight":
                guard let number = ClientNumber.decimal(value.utf8, in: 1e-6...1e6) else {
                    throw TrainingError("\(argument): weight must be a number from 0.000001 to 1000000")
                }
                weight = Float(number)
            case "task":
                guard let known = EvaluationTask(rawValue: value) else {
                    throw TrainingError("\(argument): task must be polarity or emotion")
                }
                task = known
            case "domain":
                guard let known = TextDomain(rawValue: value) else {
                    throw TrainingError("\(argument): domain must be live or other")
                }
                domain = known
            case "limit":
                guard let number = ClientNumber.integer(value.utf8, in: 0...(1 << 53)) else {
                    throw TrainingError("\(argument): limit must be an integer, 0 or more")
                }
                limit = number
            default:
                throw TrainingError("\(argument): the keys are weight, task, domain and limit")
            }
        }
    }
}

/// The two kinds of text that a model tells apart.
package enum TextDomain: String, Sendable, CaseIterable {
    /// Comments on what goes on: danmaku, chat, tweets.
    case live
    /// Posts, reviews and whatever else is written at leisure.
    case other
}

/// Why training could not begin or end.
package struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line for a person.
    package var description: String

    /// Creates an error.
    package init(_ description: String) {
        self.description = description
    }
}
