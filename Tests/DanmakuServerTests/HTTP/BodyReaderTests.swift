import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import DanmakuServer

/// Bodies on their budget.
@Suite("Body reader")
struct BodyReaderTests {
    private static let client = ClientAddress(version4: 1)
    private static let limit = 1024 * 1024

    private static func request(_ body: RequestBody, length: Int?) -> Request {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "test", path: "/")
        head.headerFields[.contentLength] = length.map { "\($0)" }
        return Request(head: head, body: body)
    }

    private static func budget(_ limit: Int = 1 << 30, perAddress: Int? = nil) -> ClientBudget {
        ClientBudget(name: "bodies", unit: .bytes, limit: limit, perAddress: perAddress)
    }

    /// Reads a body of equal parts and gives what was charged while it was used.
    private static func charged(
        parts: Int,
        of bytes: Int,
        length: Int?,
        isHeld: Bool = false,
        on budget: ClientBudget
    ) async throws -> Int {
        let sequence = AsyncStream<ByteBuffer> { continuation in
            for _ in 0..<parts {
                continuation.yield(ByteBuffer(repeating: 1, count: bytes))
            }
            continuation.finish()
        }
        let request = Self.request(RequestBody(asyncSequence: sequence), length: length)
        let reader = BodyReader(budget: budget, limit: limit)
        return try await reader.withBody(of: request, from: client, isHeld: isHeld) { body in
            #expect(body.readableBytes == parts * bytes)
            return budget.held
        }
    }

    @Test("a body that is complete at once costs the budget nothing, unless it has to wait")
    func atOnce() async throws {
        let budget = Self.budget()
        #expect(try await Self.charged(parts: 1, of: 300, length: 300, on: budget) == 0)
        #expect(try await Self.charged(parts: 0, of: 0, length: 0, on: budget) == 0)
        #expect(try await Self.charged(parts: 1, of: 3000, length: 3000, isHeld: true, on: budget) == 3000)
        #expect(try await Self.charged(parts: 1, of: 300, length: nil, on: budget) == 2048, "who knows what follows")
        #expect(budget.held == 0)
    }

    @Test("every other body is charged for the buffer that it takes", arguments: [1, 100, 1024, 65536])
    func parts(bytes: Int) async throws {
        let budget = Self.budget()
        for total in [2 * bytes, 3 * bytes, Self.limit / bytes * bytes] where total <= Self.limit && total > bytes {
            let charged = try await Self.charged(parts: total / bytes, of: bytes, length: total, on: budget)
            #expect(charged >= total)
            #expect(charged <= max(2048, 2 * total - 1))
        }
        #expect(budget.held == 0)
    }

    @Test("a body that stands still is charged for what it has sent, and freed when its client goes")
    func standing() async throws {
        let budget = Self.budget()
        let (body, source) = RequestBody.makeStream()
        let reader = BodyReader(budget: budget, limit: Self.limit)
        let task = Task {
            try await reader.withBody(of: Self.request(body, length: 1_000_000), from: Self.client, isHeld: false) {
                _ in
            }
        }
        await source.yield(ByteBuffer(repeating: 1, count: 1000))
        await source.yield(ByteBuffer(repeating: 1, count: 5000))
        // The reader has taken both once it is charged for a buffer of 8 KiB.
        while budget.held != 8192 {
            await Task.yield()
        }
        source.finish(ChannelError.eof)
        await #expect(throws: ChannelError.self) { try await task.value }
        #expect(budget.held == 0)
    }

    @Test("a full budget and a full address have their codes, and the connection is closed")
    func refusals() async throws {
        let full = Self.budget(100_000)
        let failure = await #expect(throws: HTTPFailure.self) {
            _ = try await Self.charged(parts: 200, of: 1000, length: 200_000, on: full)
        }
        #expect(failure?.code == "overloaded")
        #expect(failure?.status == .serviceUnavailable)
        #expect(failure?.headers[.connection] == "close")
        #expect(failure?.headers[.retryAfter] == "1")
        #expect(full.held == 0)
        let capped = Self.budget(perAddress: 100_000)
        let other = await #expect(throws: HTTPFailure.self) {
            _ = try await Self.charged(parts: 200, of: 1000, length: nil, on: capped)
        }
        #expect(other?.code == "too_many_from_address")
        #expect(other?.status == .tooManyRequests)
        #expect(capped.held == 0)
    }

    @Test("a body over the limit is refused by its length, or by what came of it", arguments: [nil, 1_048_577])
    func tooLarge(length: Int?) async throws {
        let budget = Self.budget()
        let failure = await #expect(throws: HTTPFailure.self) {
            _ = try await Self.charged(parts: 1025, of: 1024, length: length, on: budget)
        }
        #expect(failure?.code == "body_too_large")
        #expect(budget.held == 0)
    }
}
