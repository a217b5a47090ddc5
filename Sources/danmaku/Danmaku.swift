import ArgumentParser
import Foundation
import SentimentModel

/// The program: live comments in, mood out.
@main
struct Danmaku: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "danmaku",
        abstract: "Streams the mood of live comments to browsers.",
        version: "danmaku \(Version.current)",
        subcommands: [
            Serve.self, ReplayCommand.self, ScoreCommand.self, TrainCommand.self, EvaluateCommand.self, Config.self,
        ]
    )

    /// Runs a command.
    ///
    /// Every failure is one line: a wrong command line, configuration or file with status 64, anything else with status 1.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            let message = message(for: error)
            let isInput = error is CommandFailure || error is FileProblem || error is ModelFileError
            let status: ExitCode = isInput ? .validationFailure : exitCode(for: error)
            guard status != .success, !message.isEmpty else {
                exit(withError: error)
            }
            let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
            FileHandle.standardError.write(Data("danmaku: \(line)\n".utf8))
            exit(withError: status)
        }
    }
}
