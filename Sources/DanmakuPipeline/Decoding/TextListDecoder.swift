package import SentimentModel

/// Decodes the body of `POST /v1/score`: `{"texts":["…"]}`, strict JSON like everything else that is taken in.
///
/// Other members are passed over, and the first of duplicate keys wins, as in a comment.
package struct TextListDecoder: Sendable {
    /// Why a body was refused.
    package enum Failure: Error, Equatable {
        /// Not one well-formed JSON object.
        case invalidJSON
        /// Not well-formed UTF-8, or an escape names a lone surrogate.
        case invalidUTF8
        /// There is no `texts`, or it is not an array of strings.
        case invalidField
        /// More texts than allowed.
        case tooManyItems
        /// The text at this index is too long.
        case textTooLong(index: Int)
    }

    private let maxItems: Int
    private let maxTextBytes: Int

    /// Creates a decoder.
    package init(maxItems: Int = 1000, maxTextBytes: Int = 1024) {
        self.maxItems = maxItems
        self.maxTextBytes = maxTextBytes
    }

    /// Decodes a whole body.
    ///
    /// - Parameter body: The bytes.
    /// - Returns: The texts, as the body has them, to be normalised.
    /// - Throws: Why the body is refused as a whole.
    package func decode(_ body: UnsafeRawBufferPointer) throws(Failure) -> (bytes: [UInt8], ranges: [TextRange]) {
        var bytes = Array(body)
        let outcome = bytes.withUnsafeMutableBufferPointer { bytes -> Result<[TextRange], Failure> in
            guard let base = bytes.baseAddress else {
                return .failure(.invalidJSON)
            }
            var scanner = JSONScanner(base: base, from: 0, to: bytes.count)
            return Result { () throws(Failure) in try document(&scanner) }
        }
        return (bytes, try outcome.get())
    }

    private func document(_ scanner: inout JSONScanner) throws(Failure) -> [TextRange] {
        var found: [TextRange]?
        var refused: Failure?
        do throws(JSONScanner.Failure) {
            guard scanner.nextAfterBlanks() == UInt8(ascii: "{") else {
                throw .syntax
            }
            try scanner.open()
            var isFirst = true
            while scanner.nextAfterBlanks() != UInt8(ascii: "}") {
                if !isFirst {
                    try scanner.expect(UInt8(ascii: ","))
                }
                isFirst = false
                let isTexts = try key(&scanner)
                if isTexts, found == nil, refused == nil {
                    switch try texts(&scanner) {
                    case .success(let ranges): found = ranges
                    case .failure(let failure): refused = failure
                    }
                } else {
                    try scanner.skipValue()
                }
            }
            scanner.close()
            guard scanner.nextAfterBlanks() == 0, scanner.position == scanner.end else {
                throw .syntax
            }
        } catch {
            throw error == .encoding ? .invalidUTF8 : .invalidJSON
        }
        guard let found else {
            throw refused ?? .invalidField
        }
        return found
    }

    /// Passes over a key and its colon; whether it is `texts`.
    private func key(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Bool {
        guard scanner.nextAfterBlanks() == UInt8(ascii: "\"") else {
            throw .syntax
        }
        let token = try scanner.string()
        let name: StaticString = "texts"
        let bytes = UnsafeBufferPointer(start: scanner.base + token.start, count: token.count)
        let isTexts = bytes.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        try scanner.expect(UInt8(ascii: ":"))
        return isTexts
    }

    /// Passes over the value of `texts`; one that is refused is passed over too, as far as it is JSON.
    private func texts(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Result<[TextRange], Failure> {
        guard scanner.nextAfterBlanks() == UInt8(ascii: "[") else {
            try scanner.skipValue()
            return .failure(.invalidField)
        }
        try scanner.open()
        var ranges: [TextRange] = []
        var refused: Failure?
        var count = 0
        while scanner.nextAfterBlanks() != UInt8(ascii: "]") {
            if count > 0 {
                try scanner.expect(UInt8(ascii: ","))
            }
            if scanner.nextAfterBlanks() == UInt8(ascii: "\"") {
                let token = try scanner.string()
                if token.count > maxTextBytes {
                    refused = refused ?? .textTooLong(index: count)
                } else if count < maxItems {
                    ranges.append(TextRange(start: token.start, count: token.count))
                } else {
                    refused = refused ?? .tooManyItems
                }
            } else {
                try scanner.skipValue()
                refused = refused ?? .invalidField
            }
            count += 1
        }
        scanner.close()
        return refused.map { .failure($0) } ?? .success(ranges)
    }
}
