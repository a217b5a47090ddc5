package import DanmakuPipeline
import HTTPTypes
package import Hummingbird
import NIOCore

/// `POST /v1/rooms/{room}/comments` and `POST /v1/comments`: comments by HTTP.
///
/// A JSON body is decoded as a whole and offered at once; comments beyond the limit are shed. An NDJSON body is a
/// stream that waits like a TCP connection: its next part is read when this part is taken.
package struct CommentRoutes: Sendable {
    /// The limits of a request.
    package struct Configuration: Sendable {
        /// `admission.client-rate`: comments a second for each remote address; 0 for no limit.
        package var clientRate = 0.0
        /// `ingest.max-line-bytes`, for NDJSON.
        package var maxLineBytes = 8192
        /// `ingest.line-timeout-seconds`: how long an NDJSON stream may go without finishing a line that counts.
        package var lineTimeout: Duration = .seconds(30)
        /// The longest JSON body.
        package var maxBodyBytes = 1024 * 1024
        /// The most items of a JSON body.
        package var maxItems = 1000
        /// How long `?wait=scored` waits.
        package var scoredTimeout: Duration = .seconds(2)

        /// Creates the defaults.
        package init() {}
    }

    let intake: Intake
    let configuration: Configuration
    let rates: ClientRates
    let bodies: BodyReader
    let waiting: ClientBudget
    let counters: IngestCounters
    let time: any TimeSource
    let clock: any Clock<Duration>

    /// Creates the routes of one server.
    ///
    /// - Parameters:
    ///   - intake: Where comments go; while it drains, everything is answered 503.
    ///   - configuration: The limits of a request.
    ///   - rates: `admission.client-rate`, shared with everything else that a client is charged for.
    ///   - bodies: The budget of bodies that are held.
    ///   - waiting: The budget of bytes of streams that wait for the pipeline.
    ///   - counters: Where lines are counted that were dropped with their connection.
    ///   - time: Stamps what was read.
    ///   - clock: For `?wait=scored` and for streams over their rate.
    package init(
        intake: Intake,
        configuration: Configuration = Configuration(),
        rates: ClientRates,
        bodies: ClientBudget,
        waiting: ClientBudget = IngestBudgets().waiting,
        counters: IngestCounters = IngestCounters(),
        time: any TimeSource = SystemTime(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.intake = intake
        self.configuration = configuration
        self.waiting = waiting
        self.counters = counters
        self.time = time
        self.clock = clock
        self.rates = rates
        self.bodies = BodyReader(budget: bodies, limit: configuration.maxBodyBytes)
    }

    /// Adds both routes.
    package func add(to router: Router<DanmakuRequestContext>) {
        router.post("/v1/comments") { request, context in
            try await post(request, context, room: nil)
        }
        router.post("/v1/rooms/{room}/comments") { request, context in
            let name = try context.parameters.require("room")
            guard let room = RoomName(path: name) else {
                throw HTTPFailure(.roomInvalid, "A room's name must be 1 to 64 of A–Z a–z 0–9 . _ : -").closing
            }
            return try await post(request, context, room: room)
        }
    }

    /// Answers one request.
    func post(
        _ request: Request,
        _ context: DanmakuRequestContext,
        room: RoomName?
    ) async throws -> Response {
        let client = context.client
        guard let source = intake.source(of: client) else {
            throw HTTPFailure(.draining, "The server is stopping.", retryAfterSeconds: 5).closing
        }
        let waitsForScores = request.uri.queryParameters.get("wait") == "scored"
        switch Self.mediaType(of: request) {
        case "application/json":
            try checkRate(of: client)
            return try await bodies.withBody(of: request, from: client, isHeld: waitsForScores) { body in
                try await offer(decode(body, room: room), from: source, waitsForScores: waitsForScores)
            }
        case "application/x-ndjson":
            guard !waitsForScores else {
                throw HTTPFailure(.unsupportedMediaType, "wait=scored needs application/json.").closing
            }
            try checkRate(of: client)
            return try await stream(request.body, from: source, on: context.channel, room: room)
        default:
            throw HTTPFailure(.unsupportedMediaType, "Send application/json or application/x-ndjson.").closing
        }
    }

    /// Charges a client and says how long it has to wait.
    func spend(_ comments: Int, of client: ClientAddress) -> Duration {
        .nanoseconds(rates.spend(comments, of: client, now: time.now().nanoseconds))
    }

    private func checkRate(of client: ClientAddress) throws(HTTPFailure) {
        let delay = rates.delay(of: client, now: time.now().nanoseconds)
        guard delay == 0 else {
            throw .overRate(delay: delay)
        }
    }

    /// Decodes a JSON body.
    private func decode(
        _ body: ByteBuffer,
        room: RoomName?
    ) throws(HTTPFailure) -> BodyDecoder.Output {
        let decoder = BodyDecoder(fixedRoom: room, maxItems: configuration.maxItems)
        let decoded = body.withUnsafeReadableBytes { bytes in
            Result { () throws(BodyDecoder.Failure) in try decoder.decode(bytes) }
        }
        switch decoded {
        case .success(let output):
            return output
        case .failure(.invalidJSON):
            throw HTTPFailure(.invalidJSON, "The body is neither a JSON object nor an array.")
        case .failure(.tooManyItems):
            throw HTTPFailure(.tooManyItems, "An array can have at most \(configuration.maxItems) items.")
        }
    }

    /// The type and subtype of the body, in lower case and without parameters.
    private static func mediaType(of request: Request) -> String {
        let field = request.headers[.contentType] ?? ""
        let type = field.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        return type.lowercased()
    }
}
