/// The optional first line of a connection: `{"hello":{"token":"…","ack":true}}`.
package struct Hello: Sendable, Equatable {
    /// The client's token; empty if it gave none.
    package var token: [UInt8] = []
    /// Whether the client wants acknowledgements.
    package var wantsAcknowledgements = false

    /// Creates a hello.
    package init(token: [UInt8] = [], wantsAcknowledgements: Bool = false) {
        self.token = token
        self.wantsAcknowledgements = wantsAcknowledgements
    }

    /// What a first line is.
    enum Reading: Equatable {
        /// An object whose first member is `hello`, and that is right.
        case hello(Hello)
        /// The same with a member of the wrong type.
        case invalidField
        /// Anything else: a comment, or not even JSON.
        case other
    }

    private static let helloKey: UInt64 = 0x6F_6C6C_6568
    private static let tokenKey: UInt64 = 0x6E_656B_6F74
    private static let ackKey: UInt64 = 0x6B_6361

    /// Reads a first line, leaving it as it is.
    static func read(_ line: UnsafeBufferPointer<UInt8>) -> Reading {
        var copy = Array(line)
        return copy.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                return .other
            }
            var scanner = JSONScanner(base: base, from: 0, to: buffer.count)
            return (try? read(&scanner)) ?? .other
        }
    }

    private static func read(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Reading {
        var hello = Hello()
        var isHello = false
        var isInvalid = false
        var members = 0
        try object(&scanner) { key, scanner throws(JSONScanner.Failure) in
            members += 1
            guard members == 1, key == helloKey else {
                return try scanner.skipValue()
            }
            isHello = true
            guard scanner.nextAfterBlanks() == UInt8(ascii: "{") else {
                isInvalid = true
                return try scanner.skipValue()
            }
            try object(&scanner) { key, scanner throws(JSONScanner.Failure) in
                isInvalid = try !hello.readMember(key, from: &scanner) || isInvalid
            }
        }
        guard isHello, scanner.nextAfterBlanks() == 0, scanner.position == scanner.end else {
            return .other
        }
        return isInvalid ? .invalidField : .hello(hello)
    }

    /// Reads the value of one member of `hello`; false if it has the wrong type.
    private mutating func readMember(
        _ key: UInt64,
        from scanner: inout JSONScanner
    ) throws(JSONScanner.Failure) -> Bool {
        let byte = scanner.nextAfterBlanks()
        switch (key, byte) {
        case (Self.tokenKey, UInt8(ascii: "\"")):
            let string = try scanner.string()
            token = Array(UnsafeBufferPointer(start: scanner.base + string.start, count: string.count))
            return true
        case (Self.ackKey, UInt8(ascii: "t")), (Self.ackKey, UInt8(ascii: "f")):
            wantsAcknowledgements = byte == UInt8(ascii: "t")
        case (Self.tokenKey, _), (Self.ackKey, _):
            try scanner.skipValue()
            return byte == UInt8(ascii: "n")
        default:
            break
        }
        try scanner.skipValue()
        return true
    }

    /// Reads an object member by member; the body passes over each value.
    private static func object(
        _ scanner: inout JSONScanner,
        member: (_ key: UInt64, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Void
    ) throws(JSONScanner.Failure) {
        guard scanner.nextAfterBlanks() == UInt8(ascii: "{") else {
            throw .syntax
        }
        try scanner.open()
        var isEmpty = true
        while isEmpty ? scanner.nextAfterBlanks() != UInt8(ascii: "}") : scanner.nextAfterBlanks() == UInt8(ascii: ",")
        {
            if !isEmpty {
                scanner.position += 1
            }
            isEmpty = false
            guard scanner.nextAfterBlanks() == UInt8(ascii: "\"") else {
                throw .syntax
            }
            let key = try scanner.shortKey()
            try scanner.expect(UInt8(ascii: ":"))
            try member(key, &scanner)
        }
        guard scanner.next == UInt8(ascii: "}") else {
            throw .syntax
        }
        scanner.close()
    }
}
