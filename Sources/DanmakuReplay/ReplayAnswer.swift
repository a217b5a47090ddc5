import SentimentModel

/// The server's cumulative counts of the lines of one connection.
package struct ReplayCounts: Equatable, Sendable {
    /// Lines dealt with: the sum of the rest.
    package var lines = 0
    /// Queued.
    package var accepted = 0
    /// Known by their id already.
    package var duplicate = 0
    /// Refused for what they are.
    package var rejected = 0
    /// Refused for load.
    package var shed = 0

    /// Creates counts of nothing.
    package init() {}

    /// Adds the counts of another connection.
    package static func += (left: inout ReplayCounts, right: ReplayCounts) {
        left.lines += right.lines
        left.accepted += right.accepted
        left.duplicate += right.duplicate
        left.rejected += right.rejected
        left.shed += right.shed
    }
}

/// One line that the server has written.
package enum ReplayAnswer: Equatable, Sendable {
    /// An acknowledgement.
    case ack(ReplayCounts)
    /// A line was refused; the ack counts it as well.
    case lineError(code: String, line: Int)
    /// The whole connection was refused.
    case connectionError(code: String)
    /// Something that this client does not know.
    case unknown

    /// Reads an answer.
    ///
    /// The server writes compact JSON with known keys, which are searched for rather than parsed.
    package init(_ line: some StringProtocol) {
        if line.contains(#""ack":"#) {
            var counts = ReplayCounts()
            counts.lines = Self.integer("lines", in: line) ?? 0
            counts.accepted = Self.integer("accepted", in: line) ?? 0
            counts.duplicate = Self.integer("duplicate", in: line) ?? 0
            counts.rejected = Self.integer("rejected", in: line) ?? 0
            counts.shed = Self.integer("shed", in: line) ?? 0
            self = .ack(counts)
        } else if let code = Self.word("error", in: line) {
            self =
                Self.integer("line", in: line).map { .lineError(code: code, line: $0) } ?? .connectionError(code: code)
        } else {
            self = .unknown
        }
    }

    private static func value(_ key: String, in line: some StringProtocol) -> Substring? {
        let line = Substring(line)
        guard let found = line.firstRange(of: "\"\(key)\":") else {
            return nil
        }
        return line[found.upperBound...].drop { $0 == " " }
    }

    private static func integer(_ key: String, in line: some StringProtocol) -> Int? {
        value(key, in: line).flatMap { ClientNumber.integer($0.utf8.prefix(while: isDigit), in: 0...mostLines) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 9
    }

    /// More lines than any connection can have: the sum of several counts does not overflow.
    private static let mostLines = 1 << 53

    private static func word(_ key: String, in line: some StringProtocol) -> String? {
        guard let value = value(key, in: line), value.first == "\"" else {
            return nil
        }
        return String(value.dropFirst().prefix { $0 != "\"" })
    }
}
