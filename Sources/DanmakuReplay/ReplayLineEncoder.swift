import SentimentModel

/// Writes the ingest lines of a replay: the contract's JSON objects, each with an id of this run.
///
/// Ids are `<run>-<loop>-<line>`: the server recognizes a line that is sent again after a lost connection, and does not
/// take the next loop over the same file for a repeat.
package struct ReplayLineEncoder: Sendable {
    private let run: [UInt8]
    private let room: [UInt8]
    private let keepsRooms: Bool
    private var opening: [UInt8] = []
    private var commentOpening: [UInt8] = []

    /// Creates an encoder.
    ///
    /// - Parameters:
    ///   - run: Random text of this run, in need of no escaping.
    ///   - room: The room of comments that name none; in need of no escaping.
    ///   - keepsRooms: Whether objects that name their room stay in it.
    package init(run: String, room: String, keepsRooms: Bool) {
        self.run = Array(run.utf8)
        self.room = Array(room.utf8)
        self.keepsRooms = keepsRooms
        start(loop: 1)
    }

    /// Begins a pass over the file; the first is 1.
    package mutating func start(loop: Int) {
        opening = Array(#"{"id":""#.utf8) + run + Array("-\(loop)-".utf8)
        commentOpening = Array(#"","room":""#.utf8) + room + Array(#"","text":""#.utf8)
    }

    /// The number of the line of the file that one of our lines was made of, where it has our id.
    package func number(ofLine bytes: some Collection<UInt8>) -> Int? {
        let opening = Array(#"{"id":""#.utf8) + run + [UInt8(ascii: "-")]
        guard bytes.starts(with: opening) else {
            return nil
        }
        let rest = bytes.dropFirst(opening.count).drop { $0 != UInt8(ascii: "-") }.dropFirst()
        return ClientNumber.integer(rest.prefix { $0 != UInt8(ascii: "\"") }, in: 1...Int.max)
    }

    /// Writes the line of a text.
    package func append(text: UnsafeBufferPointer<UInt8>, line: Int, to output: inout [UInt8]) {
        output.append(contentsOf: opening)
        Self.append(integer: line, to: &output)
        output.append(contentsOf: commentOpening)
        Self.append(escaping: text, to: &output)
        output.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "}"), 0x0A])
    }

    /// Writes the line of a JSON object, with our id before its own: the first of duplicate keys wins.
    ///
    /// What is no object is written as it is: refusing it is the server's business.
    package func append(object: UnsafeBufferPointer<UInt8>, line: Int, to output: inout [UInt8]) {
        guard let brace = object.firstIndex(where: { $0 > 0x20 }), object[brace] == UInt8(ascii: "{") else {
            output.append(contentsOf: object)
            output.append(0x0A)
            return
        }
        output.append(contentsOf: opening)
        Self.append(integer: line, to: &output)
        output.append(UInt8(ascii: "\""))
        if !keepsRooms {
            output.append(contentsOf: #","room":""#.utf8)
            output.append(contentsOf: room)
            output.append(UInt8(ascii: "\""))
        }
        let rest = UnsafeBufferPointer(rebasing: object[(brace + 1)...])
        if let next = rest.first(where: { $0 > 0x20 }), next != UInt8(ascii: "}") {
            output.append(UInt8(ascii: ","))
        }
        output.append(contentsOf: rest)
        output.append(0x0A)
    }

    /// Writes the line of a comment out of an XML archive.
    package func append(_ comment: ArchivedComment, line: Int, to output: inout [UInt8]) {
        output.append(contentsOf: opening)
        Self.append(integer: line, to: &output)
        output.append(contentsOf: commentOpening)
        comment.text.withUnsafeBufferPointer { Self.append(escaping: $0, to: &output) }
        output.append(UInt8(ascii: "\""))
        Self.append(key: #","uid":""#, comment.uid, to: &output)
        Self.append(key: #","name":""#, comment.name, to: &output)
        if comment.kind != .chat {
            Self.append(key: #","kind":""#, Array(comment.kind.rawValue.utf8), to: &output)
        }
        if let price = comment.price {
            output.append(contentsOf: #","price":"#.utf8)
            output.append(contentsOf: String(price).utf8)
        }
        if let sentAt = comment.sentAt {
            output.append(contentsOf: #","sentAt":"#.utf8)
            output.append(contentsOf: String(sentAt).utf8)
        }
        output.append(contentsOf: [UInt8(ascii: "}"), 0x0A])
    }

    private static func append(key: StaticString, _ value: [UInt8], to output: inout [UInt8]) {
        guard !value.isEmpty else {
            return
        }
        output.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        value.withUnsafeBufferPointer { append(escaping: $0, to: &output) }
        output.append(UInt8(ascii: "\""))
    }

    /// Copies stretches that need no escaping whole, which is nearly always all of it.
    private static func append(escaping text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var copied = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied..<index]))
            copied = index + 1
            if byte < 0x20 {
                output.append(contentsOf: #"\u00"#.utf8)
                output.append(hexDigit(byte >> 4))
                output.append(hexDigit(byte & 15))
            } else {
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            }
        }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[copied...]))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func append(integer: Int, to output: inout [UInt8]) {
        var divisor = 1
        while integer / divisor >= 10 {
            divisor *= 10
        }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(integer / divisor % 10))
            divisor /= 10
        }
    }
}
