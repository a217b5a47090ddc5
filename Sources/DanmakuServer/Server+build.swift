import DanmakuPipeline
package import Logging
import NIOCore
import NIOPosix
import SentimentModel
import ServiceLifecycle

extension Server {
    /// Builds a server: the one place where the parts meet.
    ///
    /// - Parameters:
    ///   - configuration: Everything it can be told.
    ///   - executable: The path of the running program: the page's folder may lie beside it.
    ///   - logger: Of which every part gets a copy.
    /// - Returns: A server that listens to nothing before ``run()``.
    /// - Throws: ``ConfigurationProblem`` for a folder or a model file that is not there.
    package static func build(
        configuration: Configuration,
        executable: String = ShippedModel.executablePath,
        logger: Logger
    ) throws -> Server {
        try configuration.checkPorts()
        let loops = MultiThreadedEventLoopGroup.singleton
        let page = try WebDirectory.find(configured: configuration.http.webDirectory, executable: executable)
        if page == nil {
            logger.warning("The pages are not served: no folder web-static was found.")
        }
        let (scorer, modelBytes) = try ConfiguredScorer.load(file: configuration.modelFile, executable: executable)
        let parts = try Parts(
            configuration: configuration,
            surroundings: Surroundings(
                eventLoops: loops,
                scorer: scorer,
                fallback: ConfiguredScorer.fallback,
                modelBytes: modelBytes,
                page: page
            ),
            logger: logger
        )
        let startup = Startup { [readiness = parts.readiness, memory = parts.memory] addresses in
            memory.began(resident: ProcessMetrics.currentResidentBytes())
            readiness.advance(to: .admitting)
            logger.info("Ready.", metadata: addresses.metadata)
        }
        let http = HTTPService(
            configuration: configuration.http,
            parts: parts,
            eventLoopGroup: loops,
            logger: logger.library,
            onListening: startup.http
        )
        let drain = parts.drain { await http.stopListening() }
        let services = [parts.trimmer] + parts.services(http: http, drain: drain)
        return Server(
            configuration: configuration,
            pipeline: parts.pipeline,
            group: ServiceGroup(configuration: .init(services: services, logger: logger.library)),
            ingest: parts.ingest,
            open: parts.open,
            drain: drain,
            startup: startup,
            logger: logger
        )
    }
}

/// Stops between HTTP and the pipeline: it publishes the comments of requests that ended after the drain.
struct LateComments: Service {
    let pipeline: Pipeline

    func run() async throws {
        try? await gracefulShutdown()
        try? await pipeline.drain()
    }
}

extension Server.Addresses {
    /// The dashboard's address for a browser on this machine; loopback if the port listens on every address.
    package var page: String {
        var shown = http
        if ["0.0.0.0", "::"].contains(http.ipAddress),
            let loopback = try? SocketAddress(
                ipAddress: http.protocol == .inet6 ? "::1" : "127.0.0.1",
                port: http.port ?? 0
            )
        {
            shown = loopback
        }
        return "http://\(shown.text)/"
    }

    /// The ingest port's address: `127.0.0.1:9000`.
    package var ingestText: String {
        ingest.text
    }

    /// Both addresses as a log line names them.
    var metadata: Logger.Metadata {
        ["http": "http://\(http.text)/", "ingest": "\(ingest.text)"]
    }
}

extension SocketAddress {
    /// Host and port as they are written in a URL.
    package var text: String {
        let host = ipAddress ?? ""
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(shown):\(port ?? 0)"
    }
}

extension Logger {
    /// For libraries, whose routine messages do not concern an operator: one level up, except at level `debug`.
    var library: Logger {
        var copy = self
        copy.logLevel = logLevel <= .debug ? logLevel : max(logLevel, .warning)
        return copy
    }
}
