package import DanmakuPipeline
import HTTPTypes
package import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
package import ServiceLifecycle

extension Server {
    /// What a server takes from the machine that it runs on; a simulation hands in its own.
    package struct Surroundings: Sendable {
        /// Whose loops the connections live on.
        package var eventLoops: any EventLoopGroup
        /// Where the time is read.
        package var time: any TimeSource
        /// What waits are measured with.
        package var clock: any Clock<Duration>
        /// Where keys, epochs and jitter come from.
        package var random: RandomSource
        /// The configured scorer.
        package var scorer: any SentimentScorer
        /// The scorer that stands in for it.
        package var fallback: any SentimentScorer
        /// The bytes that its model takes.
        package var modelBytes: Int
        /// The page's folder, if there is one.
        package var page: String?

        /// Creates the surroundings of a server.
        package init(
            eventLoops: any EventLoopGroup,
            time: any TimeSource = SystemTime(),
            clock: any Clock<Duration> = ContinuousClock(),
            random: RandomSource = .system,
            scorer: any SentimentScorer,
            fallback: any SentimentScorer,
            modelBytes: Int = 0,
            page: String? = nil
        ) {
            self.eventLoops = eventLoops
            self.time = time
            self.clock = clock
            self.random = random
            self.scorer = scorer
            self.fallback = fallback
            self.modelBytes = modelBytes
            self.page = page
        }
    }

    /// The parts of a server, made and joined: all but the listener of the HTTP port and the process.
    ///
    /// ``build(configuration:executable:logger:)`` runs them on sockets, the simulation on a virtual network.
    package struct Parts: Sendable {
        /// Whether comments and streams are let in.
        package var readiness: Readiness {
            pipeline.intake.readiness
        }
        /// The open HTTP connections.
        package let open = OpenConnections()
        /// What clients may make the server hold.
        package let budgets: ClientBudgets
        /// The stages between the edges.
        package let pipeline: Pipeline
        /// The TCP ingest port.
        package let ingest: IngestServer
        /// The event streams.
        package let streams: EventStreams
        /// What the HTTP port's listener could not accept.
        package let acceptErrors: AcceptErrors
        /// What is held besides what has a budget.
        let memory: MemoryParts
        /// Gives memory back to the system.
        let trimmer: MemoryTrimmer
        /// The routes, complete.
        package let responder: RouterResponder<DanmakuRequestContext>

        private let admission: ConnectionAdmission
        private let configuration: Configuration
        private let surroundings: Surroundings
        private let logger: Logger

        /// Makes the parts.
        ///
        /// - Parameters:
        ///   - configuration: Everything that a server can be told.
        ///   - surroundings: What it takes from its machine.
        ///   - logger: Of which every part gets a copy.
        /// - Throws: ``ConfigurationProblem`` for a value that means nothing.
        package init(configuration: Configuration, surroundings: Surroundings, logger: Logger) throws {
            self.configuration = configuration
            self.surroundings = surroundings
            self.logger = logger
            let proxies = try TrustedProxies(configured: configuration.http.trustedProxies)
            let time = surroundings.time
            let budgets = ClientBudgets(
                http: configuration.http.limits,
                streams: configuration.streams,
                ingest: configuration.ingest
            )
            let pipeline = Pipeline(
                configuration: configuration.pipeline,
                scorer: surroundings.scorer,
                fallback: surroundings.fallback,
                time: time,
                clock: surroundings.clock,
                random: surroundings.random,
                logger: logger
            )
            let ingest = try IngestServer(
                configuration: configuration.ingest,
                intake: pipeline.intake,
                eventLoopGroup: surroundings.eventLoops,
                budgets: budgets.ingest,
                time: time,
                logger: logger
            )
            let streams = EventStreams(
                pipeline: pipeline,
                eventLoopGroup: surroundings.eventLoops,
                time: time,
                random: surroundings.random
            )
            let memory = MemoryParts(
                model: surroundings.modelBytes,
                httpConnections: { [open] in open.count },
                ingestConnections: { ingest.counters.snapshot.open }
            )
            let trimmer = MemoryTrimmer(
                MemoryTrimmer.Memory(
                    resident: { ProcessMetrics.currentResidentBytes() },
                    held: {
                        let streams = await streams.counters().component
                        let components = MemoryReport.components(pipeline, budgets, memory) + [streams]
                        return components.reduce(0) { $0 + $1.bytes }
                    },
                    trim: { Allocator.trim() }
                ),
                time: time,
                clock: surroundings.clock,
                logger: logger
            )
            let acceptErrors = AcceptErrors(listener: "http", logger: logger)
            let rates = ClientRates(rate: configuration.comments.clientRate)
            let scoring = ScoreAdmission(
                configuration: configuration.scoring,
                budget: budgets.http.scoreRequests,
                rates: rates,
                time: time,
                clock: surroundings.clock
            )
            let router = try Self.router(
                configuration: configuration.http,
                proxies: proxies,
                page: surroundings.page,
                logger: logger
            ) { [open, readiness = pipeline.intake.readiness] router in
                CommentRoutes(
                    intake: pipeline.intake,
                    configuration: configuration.comments,
                    rates: rates,
                    bodies: budgets.http.bodies,
                    waiting: budgets.ingest.waiting,
                    counters: ingest.counters,
                    time: time,
                    clock: surroundings.clock
                )
                .add(to: router)
                ReadingRoutes(
                    pipeline: pipeline,
                    readiness: readiness,
                    bodies: budgets.http.bodies,
                    scoring: scoring,
                    time: time
                )
                .add(to: router)
                EventStreamRoutes(
                    streams: streams,
                    readiness: readiness,
                    budgets: budgets.streams,
                    random: surroundings.random
                )
                .add(to: router)
                OperatingRoutes(
                    pipeline: pipeline,
                    readiness: readiness,
                    ingest: ingest.counters,
                    acceptErrors: [acceptErrors, ingest.acceptErrors],
                    httpConnections: { open.count },
                    budgets: budgets,
                    parts: memory,
                    memoryTrims: { trimmer.trims },
                    fanOut: { await streams.counters() }
                )
                .add(to: router)
                router.get("/v1/ingest") { _, _ -> Response in
                    throw HTTPFailure(.notImplemented, "WebSocket ingest is not built yet; use TCP or POST.")
                }
            }
            responder = router.buildResponder()
            admission = ConnectionAdmission(open: open, budgets: budgets.http, proxies: proxies)
            self.memory = memory
            self.trimmer = trimmer
            self.acceptErrors = acceptErrors
            self.budgets = budgets
            self.pipeline = pipeline
            self.ingest = ingest
            self.streams = streams
        }

        /// The channel of one HTTP connection.
        ///
        /// - Parameter responder: Answers requests.
        /// - Returns: What sets channels up.
        package func channel(responder: @escaping HTTPChannelHandler.Responder) -> GuardedHTTP1Channel {
            GuardedHTTP1Channel(
                responder: responder,
                limits: GuardedHTTP1Channel.Limits(configuration.http),
                admission: admission,
                random: surroundings.random
            )
        }

        /// The phases of a graceful stop.
        ///
        /// - Parameter stopHTTP: Closes the HTTP listener and idle connections.
        /// - Returns: The controller, which has to be the last service.
        package func drain(stopHTTP: @escaping @Sendable () async -> Void) -> DrainController {
            DrainController(
                steps: DrainController.Steps(
                    refuse: { [readiness, ingest] _ in
                        readiness.advance(to: .draining)
                        await stopHTTP()
                        await ingest.stopListening()
                    },
                    acknowledge: { [ingest] _ in await ingest.drain() },
                    empty: { [pipeline] _ in try? await pipeline.drain() },
                    farewell: { [streams] in await streams.drain(within: $0) }
                ),
                grace: configuration.grace,
                time: surroundings.time,
                clock: surroundings.clock,
                logger: logger
            )
        }

        /// The services in the order in which they start; they stop in the opposite one.
        ///
        /// - Parameters:
        ///   - http: The HTTP port.
        ///   - drain: The phases of a graceful stop.
        /// - Returns: All of them.
        package func services(http: any Service, drain: DrainController) -> [any Service] {
            var services: [any Service] = [pipeline, LateComments(pipeline: pipeline), http, ingest]
            if configuration.demo.isEnabled {
                services.append(
                    DemoStream(rate: configuration.demo.rate, time: surroundings.time) {
                        [intake = pipeline.intake] chunk, now in
                        if let source = intake.source(of: .unknown) {
                            var offering = Offering(chunk, receivedAt: now)
                            _ = intake.offer(&offering, from: source, .refuses)
                        }
                    }
                )
            }
            return services + [drain]
        }

        /// The router: what stands before every route, then the routes.
        private static func router(
            configuration: Configuration.HTTP,
            proxies: TrustedProxies,
            page: String?,
            logger: Logger,
            addRoutes: (Router<DanmakuRequestContext>) -> Void
        ) throws -> Router<DanmakuRequestContext> {
            let bare = Router(context: DanmakuRequestContext.self, options: .autoGenerateHeadEndpoints)
            addRoutes(bare)
            // HEAD is added to the routes when the responder is built.
            _ = bare.buildResponder()
            var methods = AllowedMethods()
            for route in bare.routes {
                methods.add(path: route.path.description, method: route.method)
            }
            let router = Router(context: DanmakuRequestContext.self, options: .autoGenerateHeadEndpoints)
            let origins = AllowedOrigins(configured: configuration.corsOrigin)
            if let crossOrigin = CrossOriginMiddleware(origins) {
                router.add(middleware: crossOrigin)
            }
            let hosts = try AllowedHosts(configured: configuration.allowedHosts, bound: configuration.host)
            let check = RequestCheck(hosts: hosts, origins: origins)
            router.add(middleware: ErrorMiddleware(methods: methods, check: check, proxies: proxies))
            if let page {
                router.add(middleware: StaticFiles(directory: page, logger: logger.library))
            }
            addRoutes(router)
            return router
        }
    }
}
