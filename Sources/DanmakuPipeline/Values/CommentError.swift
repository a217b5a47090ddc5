/// Why one comment was refused; the raw value is the code on the wire.
///
/// The comment is counted as `rejected`; nothing else of its line, body or connection is lost.
package enum CommentError: String, Error, Sendable, CaseIterable {
    /// The item is not one well-formed JSON object (RFC 8259), or is nested deeper than 64.
    case invalidJSON = "invalid_json"
    /// The item is not well-formed UTF-8, or an escape names a lone surrogate.
    case invalidUTF8 = "invalid_utf8"
    /// A field has the wrong type or is out of its range.
    case invalidField = "invalid_field"
    /// There is no `room`.
    case roomMissing = "room_missing"
    /// `room` is not 1–64 of `A–Z a–z 0–9 . _ : -`.
    case roomInvalid = "room_invalid"
    /// `room` in the body differs from the room in the path.
    case roomMismatch = "room_mismatch"
    /// The room is new and `rooms.max` is reached.
    case roomLimit = "room_limit"
    /// There is no `text`.
    case textMissing = "text_missing"
    /// `text` holds nothing after trimming.
    case textEmpty = "text_empty"
    /// `text` is longer than 1,024 bytes after trimming.
    case textTooLong = "text_too_long"
}
