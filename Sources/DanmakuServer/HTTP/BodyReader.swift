package import DanmakuPipeline
import HTTPTypes
import Hummingbird
import NIOCore
import SentimentModel

/// Reads a request's whole body, with a limit, on a budget of all clients.
///
/// A body that arrives in one piece and is used at once costs the budget nothing. Every other body is charged for its
/// memory before it uses it. This bounds slow and unfinished bodies, for the whole process and for each address.
package struct BodyReader: Sendable {
    /// What the parts of a body that is not complete take at least: the buffer that the socket is read into.
    private static let leastCharge = 2048

    /// Of all bodies that are held.
    private let budget: ClientBudget
    /// The longest body.
    private let limit: Int

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - budget: Of all bodies that are held, in bytes.
    ///   - limit: The longest body in bytes.
    package init(budget: ClientBudget, limit: Int) {
        self.budget = budget
        self.limit = limit
    }

    /// Reads a body and uses it; its bytes belong to the budget until `use` returns.
    ///
    /// - Parameters:
    ///   - request: Whose body is read.
    ///   - client: Who sends it.
    ///   - isHeld: Whether `use` waits for something: then a body that is complete at once is charged too.
    ///   - use: Gets the whole body.
    /// - Returns: What `use` returns.
    /// - Throws: `body_too_large`, `overloaded`, `too_many_from_address`, each with `Connection: close`; what reading the
    ///   body and `use` throw.
    func withBody<Value>(
        of request: Request,
        from client: ClientAddress,
        isHeld: Bool,
        _ use: (ByteBuffer) async throws -> Value
    ) async throws -> Value {
        let length = request.headers[.contentLength].map(Self.length)
        if let length, length > limit {
            throw tooLarge
        }
        var charge = BudgetCharge(budget: budget, client: client)
        defer { charge.release() }
        var parts = request.body.makeAsyncIterator()
        var body = try await parts.next() ?? ByteBuffer()
        guard body.readableBytes <= limit else {
            throw tooLarge
        }
        if isHeld || body.readableBytes != length {
            try Self.raise(&charge, to: max(body.readableBytes, Self.leastCharge))
        }
        // The first part lies in the socket's buffer; from the second on there is a buffer of our own, which doubles.
        var capacity = 0
        while let part = try await parts.next() {
            let count = body.readableBytes + part.readableBytes
            guard count <= limit else {
                throw tooLarge
            }
            if count > capacity {
                capacity = Self.capacity(for: count)
                try Self.raise(&charge, to: capacity)
                var grown = ByteBufferAllocator().buffer(capacity: capacity)
                grown.writeImmutableBuffer(body)
                body = grown
            }
            body.writeImmutableBuffer(part)
        }
        return try await use(body)
    }

    /// The next power of two: that is what NIO's allocator takes, too.
    private static func capacity(for count: Int) -> Int {
        1 << (Int.bitWidth - (max(count, leastCharge) - 1).leadingZeroBitCount)
    }

    /// What `Content-Length` says; HTTP allows leading zeros, and what is no number never gets here.
    private static func length(_ text: String) -> Int {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "0") }
        return digits.isEmpty ? 0 : ClientNumber.saturated(digits, to: 0...Int.max) ?? .max
    }

    private static func raise(_ charge: inout BudgetCharge, to amount: Int) throws(HTTPFailure) {
        if let refusal = charge.raise(to: amount) {
            throw HTTPFailure(refusal, "The server holds too many unfinished requests.").closing
        }
    }

    private var tooLarge: HTTPFailure {
        HTTPFailure(.bodyTooLarge, "The body can have at most \(limit) bytes.").closing
    }
}
