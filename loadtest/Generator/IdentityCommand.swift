import ArgumentParser

/// `identity`: whether the server's books balance.
struct IdentityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity",
        abstract: "Check the accounting identity in /metrics; exit status 1 if it does not hold."
    )

    @Option(help: "The server's HTTP address, host:port.")
    var http: Address

    func run() async throws {
        let figures = try await ServerFigures.read(http)
        print(
            "received \(figures.received)  accepted \(figures.accepted) = scored \(figures.scored) + unscored "
                + "\(figures.unscored) + dropped \(figures.dropped) + pending \(figures.pending)"
        )
        for gap in figures.identityGaps {
            print("FAILED: \(gap)")
        }
        guard figures.identityGaps.isEmpty else {
            throw ExitCode.failure
        }
    }
}
