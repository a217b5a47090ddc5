import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import SentimentModel
import Synchronization

/// The comment routes and a pipeline of their own for one test, over a real socket, at a time that stands still.
struct RunningComments {
    let pipeline: Pipeline
    let readiness: Readiness
    let waiting: ClientBudget
    let counters: IngestCounters
    let address: SocketAddress

    /// Waits an hour for a result.
    static var patient: CommentRoutes.Configuration {
        var configuration = CommentRoutes.Configuration()
        configuration.scoredTimeout = .seconds(3600)
        return configuration
    }

    /// Runs both while `body` runs.
    ///
    /// - Parameters:
    ///   - configuration: Of the routes.
    ///   - settings: Of the pipeline.
    ///   - bodies: The budget of bodies that are held.
    ///   - waiting: The budget of bytes that wait.
    ///   - routesTime: The time of the routes, if it is another than the pipeline's, which stands still.
    ///   - start: Awaited before the pipeline begins to score.
    ///   - body: The test.
    /// - Throws: What `body` throws.
    static func with(
        _ configuration: CommentRoutes.Configuration = patient,
        pipeline settings: PipelineConfiguration = PipelineConfiguration(),
        bodies: ClientBudget = HTTPBudgets().bodies,
        waiting: ClientBudget = ClientBudget(name: "test", unit: .bytes, limit: 1 << 30),
        routesTime: (any TimeSource)? = nil,
        pipelineStarts start: @escaping @Sendable () async -> Void = {},
        _ body: (RunningComments) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let scorer = InProcessScorer(name: "lexicon", LexiconScorer.builtIn)
        let time = ManualTime()
        let pipeline = Pipeline(configuration: settings, scorer: scorer, fallback: scorer, time: time, logger: logger)
        let readiness = pipeline.intake.readiness
        readiness.advance(to: .admitting)
        let counters = IngestCounters()
        let routes = CommentRoutes(
            intake: pipeline.intake,
            configuration: configuration,
            rates: ClientRates(rate: configuration.clientRate),
            bodies: bodies,
            waiting: waiting,
            counters: counters,
            time: routesTime ?? time
        )
        let router = Router(context: DanmakuRequestContext.self)
        var methods = AllowedMethods()
        methods.add(path: "/v1/comments", method: .post)
        methods.add(path: "/v1/rooms/{room}/comments", method: .post)
        router.add(middleware: ErrorMiddleware(methods: methods))
        routes.add(to: router)
        let bound = AsyncStream.makeStream(of: SocketAddress.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                if let address = channel.localAddress {
                    bound.continuation.yield(address)
                }
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await start()
                try await pipeline.run()
            }
            group.addTask { try await application.run() }
            for await address in bound.stream {
                try await body(
                    RunningComments(
                        pipeline: pipeline,
                        readiness: readiness,
                        waiting: waiting,
                        counters: counters,
                        address: address
                    )
                )
                break
            }
            group.cancelAll()
        }
    }

    /// Posts a JSON body to `/v1/comments`.
    func post(_ body: String) async throws -> RawResponse {
        try await post("/v1/comments", body)
    }

    /// Posts a body and gives the response.
    func post(
        _ path: String,
        _ body: String,
        type: String = "application/json",
        headers: String = ""
    ) async throws -> RawResponse {
        let client = try await open(path, type: type, headers: "content-length: \(body.utf8.count)\r\n" + headers)
        // The server may answer and close before it has read all of it.
        try? await client.write(body)
        return RawResponse(try await client.readToEnd())
    }

    /// Begins a request whose body follows.
    func open(_ path: String, type: String, headers: String) async throws -> IngestClient {
        let client = try await IngestClient(to: address)
        let common = "host: a\r\nconnection: close\r\n"
        try await client.write("POST \(path) HTTP/1.1\r\n\(common)content-type: \(type)\r\n\(headers)\r\n")
        return client
    }
}
