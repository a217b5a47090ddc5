import ArgumentParser
import DanmakuServer
import Foundation
import Logging

/// `danmaku serve`: comments in, mood out, until a signal.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            The first SIGTERM or SIGINT drains: the server accepts nothing new, publishes what it has accepted, and ends \
            the streams with `bye`. A second signal exits at once.

            Exit status: 0 after a drain, 64 for a wrong configuration, 69 for a port that cannot be used, \
            128 + its number for a second signal.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        do {
            try await serve()
        } catch let problem as ConfigurationProblem {
            throw problem.reported()
        } catch let problem as ListeningProblem {
            FileHandle.standardError.write(Data("danmaku: \(problem)\n".utf8))
            throw ExitCode(ListeningProblem.exitStatus)
        }
    }

    /// Prints the addresses once the ports listen; the ports may be the system's choice.
    private static func announce(_ server: Server) async {
        guard let addresses = try? await server.addresses() else {
            return
        }
        let lines = [
            "",
            "  Dashboard      \(addresses.page)",
            "  Comments       POST \(addresses.page)v1/comments",
            "                 TCP \(addresses.ingestText), one JSON object per line",
            "  Ctrl-C stops the server.",
            "", "",
        ]
        FileHandle.standardError.write(Data(lines.joined(separator: "\n").utf8))
    }

    private func serve() async throws {
        let values = try options.values()
        var configuration = Server.Configuration(values)
        let files = OpenFileLimit.raise()
        let plan = try values.descriptorPlan(descriptors: files)
        configuration.http.limits.connections = plan.http
        configuration.ingest.maxConnections = plan.ingest
        let log = configuration.log
        let grace = configuration.grace
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, format: log.format, level: log.level)
        }
        // A closed pipe behind standard error must not end the server.
        signal(SIGPIPE, SIG_IGN)
        Allocator.configure()
        let logger = Logger(label: "danmaku")
        if plan.isReduced {
            logger.warning(
                "The limit of open files is too low for the default limits of connections; they are reduced.",
                metadata: [
                    "files": "\(files)", "http.max-connections": "\(plan.http)",
                    "ingest.max-connections": "\(plan.ingest)",
                ]
            )
        }
        let server = try Server.build(configuration: configuration, logger: logger)
        TerminationSignals.handle(
            grace: grace,
            drain: { number in
                logger.info("Stopping.", metadata: ["signal": "\(number)", "grace": "\(grace)"])
                server.beginDrain()
            },
            giveUp: { _ = server.giveUp() }
        )
        if log.format == .human {
            // Not awaited: it prints the addresses once the server, which runs below, listens.
            Task { await Self.announce(server) }
        }
        try await server.run()
        logger.info("Stopped.", metadata: server.accounts)
    }
}
