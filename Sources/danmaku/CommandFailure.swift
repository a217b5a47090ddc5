import ArgumentParser
import SentimentLab
import SentimentModel

/// A file that a command cannot use, as one line for a person; the exit status is 64.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Runs a step and names the file in what the step throws.
    static func naming<Value>(_ file: String, _ step: () throws -> Value) throws -> Value {
        do {
            return try step()
        } catch let problem as LexiconError {
            throw CommandFailure("\(file), \(problem)")
        } catch let problem as LabelledTexts.Failure {
            throw CommandFailure("\(file), \(problem)")
        }
    }
}
