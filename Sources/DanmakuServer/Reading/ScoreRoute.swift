import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore
import SentimentModel

extension ReadingRoutes {
    /// `POST /v1/score`: verdicts on texts, of which nothing is stored or published.
    func score(_ request: Request, client: ClientAddress) async throws -> Response {
        guard !readiness.isDraining else {
            throw HTTPFailure(.draining, "The server is stopping.", retryAfterSeconds: 5).closing
        }
        let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/json" else {
            throw HTTPFailure(.unsupportedMediaType, "Send application/json.").closing
        }
        try scoring.checkRate(of: client)
        return try await bodies.withBody(of: request, from: client, isHeld: true) { body in
            try await scoring.admit(client) {
                let texts = try Self.texts(body)
                scoring.spend(texts.ranges.count, of: client)
                let verdicts = await pipeline.score(TextBatch(bytes: texts.bytes, ranges: texts.ranges))
                return .json(Self.encode(verdicts, model: pipeline.model))
            }
        }
    }

    /// The texts of a body, or the contract's word for what is wrong with it.
    static func texts(_ body: ByteBuffer) throws(HTTPFailure) -> (bytes: [UInt8], ranges: [TextRange]) {
        let decoder = TextListDecoder(maxItems: Limit.texts)
        let decoded = body.withUnsafeReadableBytes { bytes in
            Result { () throws(TextListDecoder.Failure) in try decoder.decode(bytes) }
        }
        switch decoded {
        case .success(let texts):
            return texts
        case .failure(.invalidJSON):
            throw HTTPFailure(.invalidJSON, "The body is not a JSON object.")
        case .failure(.invalidUTF8):
            throw HTTPFailure(.invalidUTF8, "The body is not UTF-8.")
        case .failure(.invalidField):
            throw HTTPFailure(.invalidField, "texts must be an array of strings.")
        case .failure(.tooManyItems):
            throw HTTPFailure(.tooManyItems, "A request can have at most \(Limit.texts) texts.")
        case .failure(.textTooLong(let index)):
            throw HTTPFailure(.textTooLong, "The text with index \(index) is longer than 1,024 bytes.")
        }
    }

    static func encode(_ verdicts: Verdicts, model: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + verdicts.sentiments.count * 96)
        writer.raw("{\"results\":[")
        for (index, sentiment) in verdicts.sentiments.enumerated() {
            writer.raw(index == 0 ? "{" : ",{")
            writer.sentiment(sentiment)
            if verdicts.isFallback {
                writer.raw(",\"source\":\"fallback\"")
            }
            writer.raw("}")
        }
        writer.raw("],\"model\":")
        writer.string(model)
        writer.raw("}")
        return writer.bytes
    }
}
