/// Detects another protocol from a connection's first bytes: a web page can make a browser send an HTTP request to any
/// port, and the lines of its body must not count as comments.
///
/// No line of the ingest protocol begins like another protocol, and none of these beginnings has a line end. So bytes
/// before the verdict cannot be a comment.
package struct Preface: Sendable {
    /// Another protocol.
    package enum Foreign: Sendable, Equatable {
        /// An HTTP request.
        case http
        /// A TLS client's greeting.
        case tls
    }

    private static let beginnings: [(bytes: [UInt8], protocol: Foreign)] =
        [
            "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/2",
        ]
        .map { (Array($0.utf8), .http) } + [([0x16, 0x03], .tls)]

    /// The bytes so far; `nil` once there is a verdict.
    private var seen: [UInt8]? = []

    /// Before the first byte.
    package init() {}

    /// Whether more bytes can change the verdict.
    package var isUndecided: Bool {
        seen != nil
    }

    /// Looks at the next bytes; cheap once there is a verdict.
    ///
    /// - Returns: The protocol that the connection speaks instead; `nil` for lines, and while it is not known.
    package mutating func look(at bytes: some Collection<UInt8>) -> Foreign? {
        guard var seen else {
            return nil
        }
        seen += bytes.prefix(16 - seen.count)
        let possible = Self.beginnings.filter { beginning in
            zip(beginning.bytes, seen).allSatisfy { $0 == $1 }
        }
        if let found = possible.first(where: { $0.bytes.count <= seen.count }) {
            self.seen = nil
            return found.protocol
        }
        self.seen = possible.isEmpty ? nil : seen
        return nil
    }
}
