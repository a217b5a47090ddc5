import ArgumentParser

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
}
