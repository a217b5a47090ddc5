import DanmakuPipeline
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
public import SentimentModel
import ServiceLifecycle

extension Server {
    /// Builds a server: the one place where the parts meet.
    ///
    /// - Parameters:
    ///   - configuration: Everything it can be told.
    ///   - executable: The path of the running program: the page's folder may lie beside it.
    ///   - metrics: Where libraries report to, shown by `/metrics`; the executable also makes it the process's.
    ///   - logger: Of which every part gets a copy.
    /// - Returns: A server that listens to nothing before ``run()``.
    /// - Throws: ``ConfigurationProblem`` for a folder or a model file that is not there.
    public static func build(
        configuration: Configuration,
        executable: String = ShippedModel.executablePath,
        metrics: PrometheusMetricsFactory = PrometheusMetricsFactory(),
        logger: Logger
    ) throws -> Server {
        let loops = MultiThreadedEventLoopGroup.singleton
        let time = SystemTime()
        let readiness = Readiness()
        let open = OpenConnections()
        let proxies = try TrustedProxies(configured: configuration.http.trustedProxies)
        let budgets = ClientBudgets(
            http: configuration.http.limits,
            streams: configuration.streams,
            ingest: configuration.ingest
        )
        let random = RandomSource.system
        let (scorer, modelBytes) = try ConfiguredScorer.load(file: configuration.modelFile, executable: executable)
        let pipeline = Pipeline(
            configuration: configuration.pipeline,
            scorer: scorer,
            fallback: ConfiguredScorer.fallback,
            time: time,
            random: random,
            logger: logger
        )
        let ingest = try IngestServer(
            configuration: configuration.ingest,
            pipeline: pipeline,
            eventLoopGroup: loops,
            budgets: budgets.ingest,
            time: time,
            logger: logger
        )
        let rates = ClientRates(rate: configuration.comments.clientRate)
        let scoring = ScoreAdmission(
            configuration: configuration.scoring,
            budget: budgets.http.scoreRequests,
            rates: rates,
            time: time
        )
        let httpErrors = AcceptErrors(listener: "http", logger: logger)
        let streams = EventStreams(pipeline: pipeline, eventLoopGroup: loops, time: time, random: random)
        let parts = MemoryParts(
            model: modelBytes,
            httpConnections: { open.count },
            ingestConnections: { ingest.counters.snapshot.open }
        )
        let trimmer = MemoryTrimmer(
            MemoryTrimmer.Memory(
                resident: { ProcessMetrics.currentResidentBytes() },
                held: {
                    let streams = await streams.counters().component
                    return (MemoryReport.components(pipeline, budgets, parts) + [streams]).reduce(0) { $0 + $1.bytes }
                },
                trim: { Allocator.trim() }
            ),
            time: time,
            logger: logger
        )
        let startup = Startup { addresses in
            parts.began(resident: ProcessMetrics.currentResidentBytes())
            readiness.advance(to: .admitting)
            logger.info("Ready.", metadata: addresses.metadata)
        }
        let router = try router(
            configuration: configuration.http,
            proxies: proxies,
            executable: executable,
            logger: logger
        ) { router in
            CommentRoutes(
                pipeline: pipeline,
                configuration: configuration.comments,
                readiness: readiness,
                rates: rates,
                bodies: budgets.http.bodies,
                waiting: budgets.ingest.waiting,
                counters: ingest.counters,
                time: time
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
            EventStreamRoutes(streams: streams, readiness: readiness, budgets: budgets.streams, random: random)
                .add(to: router)
            OperatingRoutes(
                pipeline: pipeline,
                readiness: readiness,
                library: metrics,
                ingest: ingest.counters,
                acceptErrors: [httpErrors, ingest.acceptErrors],
                httpConnections: { open.count },
                budgets: budgets,
                parts: parts,
                memoryTrims: { trimmer.trims },
                fanOut: { await streams.counters() }
            )
            .add(to: router)
            router.get("/v1/ingest") { _, _ -> Response in
                throw HTTPFailure(.notImplemented, "Comments by WebSocket are not there yet; TCP and POST are.")
            }
        }
        let http = HTTPService(
            configuration: configuration.http,
            router: router,
            admission: ConnectionAdmission(open: open, budgets: budgets.http, proxies: proxies),
            acceptErrors: httpErrors,
            eventLoopGroup: loops,
            random: random,
            logger: logger.library,
            onListening: startup.http
        )
        let drain = DrainController(
            steps: DrainController.Steps(
                refuse: { _ in
                    readiness.advance(to: .draining)
                    await http.stopListening()
                    await ingest.stopListening()
                },
                acknowledge: { _ in await ingest.drain() },
                empty: { _ in try? await pipeline.drain() },
                farewell: { await streams.drain(within: $0) }
            ),
            grace: configuration.grace,
            time: time,
            logger: logger
        )
        var services: [any Service] = [trimmer, pipeline, LateComments(pipeline: pipeline), http, ingest]
        if configuration.demo.isEnabled {
            services.append(
                DemoStream(rate: configuration.demo.rate, time: time) { chunk, now in
                    if !readiness.isDraining {
                        _ = pipeline.offer(chunk, from: 0, mode: .refuses, now: now)
                    }
                }
            )
        }
        services.append(drain)
        return Server(
            configuration: configuration,
            pipeline: pipeline,
            group: ServiceGroup(configuration: .init(services: services, logger: logger.library)),
            ingest: ingest,
            open: open,
            drain: drain,
            startup: startup,
            logger: logger
        )
    }

    /// The router: what stands before every route, then the routes.
    private static func router(
        configuration: Configuration.HTTP,
        proxies: TrustedProxies,
        executable: String,
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
        if let directory = try WebDirectory.find(configured: configuration.webDirectory, executable: executable) {
            router.add(middleware: StaticFiles(directory: directory, logger: logger.library))
        } else {
            logger.warning("There is no page: no folder web-static was found.")
        }
        addRoutes(router)
        return router
    }
}

/// Stands between HTTP and the pipeline: what a request that was under way brought after the drain is published too.
private struct LateComments: Service {
    let pipeline: Pipeline

    func run() async throws {
        try? await gracefulShutdown()
        try? await pipeline.drain()
    }
}

extension Server.Addresses {
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
    /// For libraries, whose everyday messages are no news to an operator: one level up, unless somebody is debugging.
    fileprivate var library: Logger {
        var copy = self
        copy.logLevel = logLevel <= .debug ? logLevel : max(logLevel, .warning)
        return copy
    }
}
