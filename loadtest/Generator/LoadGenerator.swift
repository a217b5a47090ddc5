import ArgumentParser

/// Load on a running server, and a report of what it did with it.
@main
struct LoadGenerator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "LoadGenerator",
        abstract: "Sends comments, watches streams, and says what was lost, how late, and at what cost.",
        discussion: "All traffic goes to the addresses given; the scripts beside it use the loopback only.",
        subcommands: [IngestCommand.self, VerifyCommand.self, IdentityCommand.self]
    )
}
