import DanmakuPipeline
import HTTPTypes
import Hummingbird

/// The answer to a POST of comments: the counts, and the first rejections by index.
struct CommentAnswer: Sendable {
    /// The most rejections that are listed.
    private static let listed = 100

    /// What became of the comments.
    private(set) var counts = IntakeCounts()
    /// The first rejections.
    private var rejections: [Rejection] = []

    init() {}

    /// Whether the pipeline took anything at all, or the client made a mistake that it should hear of.
    var isEmpty: Bool {
        counts.total == counts.shed
    }

    /// Counts what is settled.
    mutating func add(_ settlement: Offering.Settlement) {
        counts += settlement.counts
        rejections += settlement.rejections.prefix(Self.listed - rejections.count)
    }

    /// `202` with the counts.
    ///
    /// - Parameter base: What the first item is counted as.
    /// - Returns: The response.
    func accepted(firstItem base: UInt64) -> Response {
        var writer = JSONWriter(capacity: 128)
        writer.raw("{")
        encodeCounts(into: &writer, firstItem: base)
        writer.raw("}")
        return .json(writer.bytes, status: .accepted)
    }

    /// `413` for a line that is too long: what came before it was taken, and is counted beside the error.
    func lineTooLong(_ line: UInt64, limit: Int) -> Response {
        failed("line_too_long", "Line \(line) is longer than \(limit) bytes.", line: line, status: .contentTooLarge)
    }

    /// `408` for a line that was not finished in time, likewise.
    func lineTimeout(_ line: UInt64) -> Response {
        failed("line_timeout", "Line \(line) was not finished in time.", line: line, status: .requestTimeout)
    }

    private func failed(
        _ code: String,
        _ message: String,
        line: UInt64,
        status: HTTPResponse.Status
    ) -> Response {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{\"error\":")
        writer.string(code)
        writer.raw(",\"message\":")
        writer.string(message)
        writer.raw(",\"line\":")
        writer.integer(line)
        writer.raw(",")
        encodeCounts(into: &writer, firstItem: 1)
        writer.raw("}")
        var response = Response.json(writer.bytes, status: status)
        response.headers[.connection] = "close"
        return response
    }

    private func encodeCounts(into writer: inout JSONWriter, firstItem base: UInt64) {
        writer.raw("\"accepted\":")
        writer.integer(counts.accepted)
        writer.raw(",\"duplicate\":")
        writer.integer(counts.duplicate)
        writer.raw(",\"rejected\":[")
        for (position, rejection) in rejections.enumerated() {
            if position > 0 {
                writer.raw(",")
            }
            writer.raw("{\"index\":")
            writer.integer(rejection.item - base)
            writer.raw(",\"error\":")
            writer.string(rejection.error.rawValue)
            writer.raw("}")
        }
        writer.raw("],\"rejectedTotal\":")
        writer.integer(counts.rejected)
        writer.raw(",\"shed\":")
        writer.integer(counts.shed)
    }
}
