/// A comment that a simulated client sends, and how the judge knows it again.
struct SimulatedComment: Sendable {
    /// Its id; every comment has one, and another client may send the same again.
    var id: String
    /// Its room.
    var room: String
    /// Its text.
    var text: String
    /// Its kind as it is written.
    var kind: String

    /// The JSON object, with its room.
    var json: String {
        "{\"room\":\"\(room)\",\"text\":\"\(text)\",\"id\":\"\(id)\",\"uid\":\"u\(id.count)\",\"kind\":\"\(kind)\"}"
    }
}

/// What stands at one place of what a client sends: a comment, or something that is refused.
enum SimulatedItem: Sendable {
    /// A valid comment.
    case comment(SimulatedComment)
    /// Text that is no comment.
    case invalid(String)

    /// What is sent.
    var json: String {
        switch self {
        case .comment(let comment): comment.json
        case .invalid(let text): text
        }
    }
}
