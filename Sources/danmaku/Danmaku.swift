import ArgumentParser
import Foundation

/// The program: live comments in, mood out.
@main
struct Danmaku: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "danmaku",
        abstract: "Streams the mood of live comments to browsers.",
        subcommands: [
            Serve.self, ReplayCommand.self, ScoreCommand.self, TrainCommand.self, EvaluateCommand.self, Config.self,
        ]
    )

    /// Runs a command; a wrong command line prints one line and exits with status 64, like a wrong configuration.
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
            guard exitCode(for: error) == .validationFailure, !message.isEmpty else {
                exit(withError: error)
            }
            let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
            FileHandle.standardError.write(Data("danmaku: \(line)\n".utf8))
            exit(withError: ExitCode.validationFailure)
        }
    }
}
