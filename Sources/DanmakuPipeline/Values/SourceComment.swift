/// A comment in the values of a source that does not speak JSON; ``CommentChunk/Builder`` checks it.
package struct SourceComment: Sendable {
    /// What a source calls a comment by.
    package enum ID: Sendable, Equatable {
        /// At most 128 bytes.
        case text(String)
        /// Echoed as a number.
        case integer(Int64)
    }

    /// The room.
    package var room: RoomName
    /// The text; trimmed, and 1–1,024 bytes then.
    package var text: String
    /// Tells a repeat; `nil` if the source has none.
    package var id: ID?
    /// The author, at most 128 bytes; empty if unknown.
    package var uid = ""
    /// The author's name, cut at 64 bytes; empty if unknown.
    package var name = ""
    /// A number as JSON writes it, at most 32 bytes; empty if there is none.
    package var price = ""
    /// The kind.
    package var kind = CommentKind.chat
    /// The source's own time in milliseconds since 1970.
    package var sentAt: Int64?

    /// Creates a comment with its required fields; the optional ones are set afterwards.
    package init(room: RoomName, text: String) {
        self.room = room
        self.text = text
    }
}
