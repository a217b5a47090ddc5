package import DanmakuPipeline
import HTTPTypes
package import Hummingbird
import NIOCore

/// The routes for operators and their tools: `/health/live`, `/health/ready`, `/health/memory`, `/metrics`.
package struct OperatingRoutes: Sendable {
    private let pipeline: Pipeline
    private let readiness: Readiness
    private let ingest: IngestCounters
    private let acceptErrors: [AcceptErrors]
    private let httpConnections: @Sendable () -> Int
    private let budgets: ClientBudgets
    private let parts: MemoryParts
    private let memoryTrims: @Sendable () -> Int
    private let fanOut: @Sendable () async -> FanOutCounters

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - pipeline: Asked at each scrape.
    ///   - readiness: Whether the server has begun, or ends.
    ///   - ingest: The counters of the ingest port.
    ///   - acceptErrors: What each listener could not accept.
    ///   - httpConnections: How many HTTP connections are open.
    ///   - budgets: What clients hold.
    ///   - parts: What else the server holds.
    ///   - memoryTrims: How often free memory was given back to the system.
    ///   - fanOut: The counters of the event streams, gathered from their loops.
    package init(
        pipeline: Pipeline,
        readiness: Readiness,
        ingest: IngestCounters,
        acceptErrors: [AcceptErrors] = [],
        httpConnections: @escaping @Sendable () -> Int,
        budgets: ClientBudgets,
        parts: MemoryParts = MemoryParts(),
        memoryTrims: @escaping @Sendable () -> Int = { 0 },
        fanOut: @escaping @Sendable () async -> FanOutCounters
    ) {
        self.pipeline = pipeline
        self.readiness = readiness
        self.ingest = ingest
        self.acceptErrors = acceptErrors
        self.httpConnections = httpConnections
        self.budgets = budgets
        self.parts = parts
        self.memoryTrims = memoryTrims
        self.fanOut = fanOut
    }

    /// Adds the routes.
    package func add(to router: Router<DanmakuRequestContext>) {
        router.get("/health/live") { _, _ in
            Response.json(Array("{\"status\":\"live\"}".utf8))
        }
        router.get("/health/ready") { _, _ in
            ready()
        }
        router.get("/health/memory") { _, _ in
            let streams = await fanOut().component
            let components = MemoryReport.components(pipeline, budgets, parts) + [streams]
            return Response.json(MemoryReport(components: components, process: .current()).body)
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await exposition()))
            )
        }
    }

    /// Why the server takes nothing now; empty while it admits.
    static func reasons(phase: Readiness.Phase, isSaturated: Bool) -> [String] {
        switch phase {
        case .starting: ["starting"]
        case .draining: ["draining"]
        case .admitting: isSaturated ? ["queue_saturated"] : []
        }
    }

    private func ready() -> Response {
        let reasons = Self.reasons(phase: readiness.phase, isSaturated: pipeline.intake.isSaturated)
        var writer = JSONWriter()
        writer.raw("{\"status\":")
        writer.string(reasons.isEmpty ? "ready" : "unavailable")
        writer.raw(",\"reasons\":")
        writer.strings(reasons)
        writer.raw("}")
        return Response.json(writer.bytes, status: reasons.isEmpty ? .ok : .serviceUnavailable)
    }

    private func exposition() async -> String {
        var counted = pipeline.metrics()
        counted.components += parts.components
        let metrics = ServerMetrics(
            pipeline: counted,
            fanOut: await fanOut(),
            ingest: ingest.snapshot,
            acceptErrors: acceptErrors.map { ($0.listener, $0.count) },
            httpConnections: httpConnections(),
            budgets: budgets,
            process: .current(),
            memoryTrims: memoryTrims()
        )
        var text = PrometheusText()
        metrics.write(into: &text)
        return text.text
    }
}
