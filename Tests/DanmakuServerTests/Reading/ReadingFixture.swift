import DanmakuPipeline
import DanmakuServer
import DanmakuTestKit
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import SentimentModel
import Synchronization

/// A pipeline that runs, and routes over it without a socket, at a time that stands still until a test moves it.
struct ReadingFixture {
    /// Says what the text begins with: `+`, `-`, or neither.
    private struct SignScorer: TextScorer {
        let version = "sign-1"

        func score(_ batch: TextBatch, into results: inout [Sentiment]) {
            for range in batch.ranges {
                let first = range.isEmpty ? 0 : batch.bytes[Int(range.start)]
                let sign: Int16 = first == UInt8(ascii: "+") ? 1 : first == UInt8(ascii: "-") ? -1 : 0
                results.append(
                    Sentiment(
                        label: sign > 0 ? .positive : sign < 0 ? .negative : .neutral,
                        emotion: sign > 0 ? .happy : .none,
                        score: sign * 800,
                        confidence: 900,
                        affective: true
                    )
                )
            }
        }
    }

    /// What came back of one request.
    struct Answer {
        var status: HTTPResponse.Status
        var headers: HTTPFields
        var body: String
    }

    private struct BodyWriter: ResponseBodyWriter {
        let body: Collected

        func write(_ buffer: ByteBuffer) async throws {
            body.text.withLock { $0 += String(buffer: buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private final class Collected: Sendable {
        let text = Mutex("")
    }

    let pipeline: Pipeline
    let time: ManualTime
    let readiness: Readiness
    private let respond: @Sendable (Request, DanmakuRequestContext) async throws -> Response

    /// What a test may set.
    struct Settings {
        var scoring = ScoreAdmission.Configuration()
        var clientRate = 0.0
    }

    /// Runs a pipeline while `body` runs.
    static func with(
        _ settings: Settings = Settings(),
        _ body: (ReadingFixture) async throws -> Void
    ) async throws {
        let scorer = InProcessScorer(name: "sign", SignScorer())
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let time = ManualTime()
        let pipeline = Pipeline(configuration: .init(), scorer: scorer, fallback: scorer, time: time, logger: logger)
        let readiness = pipeline.intake.readiness
        readiness.advance(to: .admitting)
        let router = Router(context: DanmakuRequestContext.self)
        router.add(middleware: ErrorMiddleware(methods: AllowedMethods()))
        let budgets = ClientBudgets()
        let scoring = ScoreAdmission(
            configuration: settings.scoring,
            budget: budgets.http.scoreRequests,
            rates: ClientRates(rate: settings.clientRate),
            time: time
        )
        ReadingRoutes(
            pipeline: pipeline,
            readiness: readiness,
            bodies: budgets.http.bodies,
            scoring: scoring,
            time: time
        )
        .add(to: router)
        OperatingRoutes(
            pipeline: pipeline,
            readiness: readiness,
            ingest: IngestCounters(),
            httpConnections: { 3 },
            budgets: budgets,
            fanOut: { FanOutCounters() }
        )
        .add(to: router)
        let responder = router.buildResponder()
        let fixture = ReadingFixture(pipeline: pipeline, time: time, readiness: readiness) { request, context in
            try await responder.respond(to: request, context: context)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pipeline.run() }
            try await body(fixture)
            group.cancelAll()
        }
    }

    private init(
        pipeline: Pipeline,
        time: ManualTime,
        readiness: Readiness,
        respond: @escaping @Sendable (Request, DanmakuRequestContext) async throws -> Response
    ) {
        self.pipeline = pipeline
        self.time = time
        self.readiness = readiness
        self.respond = respond
    }

    /// Has comments scored and published; returns when all are.
    func publish(_ json: String) async throws {
        let bytes = Array(json.utf8)
        let decoded = try bytes.withUnsafeBytes { try BodyDecoder().decode($0) }
        let (published, continuation) = AsyncStream<Void>.makeStream()
        let watch = ResultWatch { continuation.finish() }
        var offering = Offering(decoded.chunk, receivedAt: time.now())
        _ = pipeline.intake.offer(&offering, from: pipeline.intake.source(of: .unknown)!, .refuses, watch: watch)
        watch.expect(offering.watched)
        for await _ in published {}
    }

    /// Answers one request.
    func get(_ path: String) async throws -> Answer {
        try await request(.get, path)
    }

    /// Answers one request with a JSON body.
    func post(_ path: String, _ body: String, type: String? = "application/json") async throws -> Answer {
        try await request(.post, path, body: body, type: type)
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        body: String = "",
        type: String? = nil
    ) async throws -> Answer {
        var head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path)
        head.headerFields[.contentType] = type
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let context = DanmakuRequestContext(source: .init(channel: EmbeddedChannel(), logger: logger))
        let response = try await respond(request, context)
        let collected = Collected()
        try await response.body.write(BodyWriter(body: collected))
        return Answer(status: response.status, headers: response.headers, body: collected.text.withLock { $0 })
    }
}
