/// Decodes one comment (`contract.md`, "A comment") from the bytes of one JSON object, in their place.
///
/// ``LineDecoder`` and ``BodyDecoder`` call it for each item of a copied read. It never allocates: fields become
/// ranges of the buffer, strings with escapes are rewritten where they stand.
///
/// Rules beyond the contract's words: `null` is an absent field; `\r\n` is one line end and becomes one space; "trimmed"
/// means Unicode's White_Space; `kind` is a string, `price` a number of at most 32 bytes whose exponent has at most two
/// digits, `sentAt` an integer of 64 bits. A fault of the JSON outranks one of a field; those are the ``CommentRules``'.
package struct CommentDecoder: Sendable {
    /// The room of the request's path; its name has to stand at the very front of the buffer.
    let fixedRoom: RoomName?

    /// Creates a decoder.
    package init(fixedRoom: RoomName? = nil) {
        self.fixedRoom = fixedRoom
    }

    /// Decodes the object whose opening brace is next and passes over it.
    ///
    /// - Parameters:
    ///   - scanner: Stands before the brace; after a throw it stands where the JSON is wrong.
    ///   - item: The line or index, for ``DecodedComment/item``.
    /// - Returns: The comment, or what is wrong with a field of a well-formed object.
    /// - Throws: What keeps it from being an object.
    @inline(__always)
    func object(
        _ scanner: inout JSONScanner,
        item: UInt64
    ) throws(JSONScanner.Failure) -> Result<DecodedComment, CommentError> {
        var fields = CommentFieldSet()
        try scanner.open()
        if scanner.nextAfterBlanks() == UInt8(ascii: "}") {
            scanner.close()
            return fields.comment(in: scanner, fixedRoom: fixedRoom, item: item)
        }
        while true {
            guard scanner.nextAfterBlanks() == UInt8(ascii: "\"") else {
                throw .syntax
            }
            let key = try scanner.shortKey()
            try scanner.expect(UInt8(ascii: ":"))
            try fields.read(key, from: &scanner)
            let byte = scanner.nextAfterBlanks()
            if byte == UInt8(ascii: ",") {
                scanner.position += 1
            } else if byte == UInt8(ascii: "}") {
                scanner.close()
                return fields.comment(in: scanner, fixedRoom: fixedRoom, item: item)
            } else {
                throw .syntax
            }
        }
    }

    /// Decodes a part of a buffer that has to hold one object and nothing else but blanks.
    @inline(__always)
    func line(
        _ base: UnsafeMutablePointer<UInt8>,
        from start: Int,
        to end: Int,
        item: UInt64
    ) -> Result<DecodedComment, CommentError> {
        var scanner = JSONScanner(base: base, from: start, to: end)
        do throws(JSONScanner.Failure) {
            guard scanner.nextAfterBlanks() == UInt8(ascii: "{") else {
                throw .syntax
            }
            let result = try object(&scanner, item: item)
            guard scanner.nextAfterBlanks() == 0, scanner.position == end else {
                throw .syntax
            }
            return result
        } catch .encoding {
            return .failure(.invalidUTF8)
        } catch {
            // What is not UTF-8 is called so, whatever else is wrong with it.
            return .failure(scanner.restIsUTF8() ? .invalidJSON : .invalidUTF8)
        }
    }
}
