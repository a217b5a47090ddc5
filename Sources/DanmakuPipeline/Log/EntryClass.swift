/// What an entry is to a reader: it decides which levels see it.
enum EntryClass: Int, Sendable, CaseIterable {
    /// A mood: seen at every level; a replay shows only the newest of each room.
    case mood
    /// An alert: seen at every level.
    case alert
    /// Results of which `display` shows some: seen at `display` and `full`.
    case displayed
    /// Results that sampling left out completely: seen at `full` only.
    case hidden

    init(_ content: EntryContent) {
        switch content {
        case .mood: self = .mood
        case .alert: self = .alert
        case .results(let results): self = results.displayed.isEmpty ? .hidden : .displayed
        }
    }

    /// Whether a level sees such entries.
    func isVisible(at level: DetailLevel) -> Bool {
        switch (self, level) {
        case (.mood, _), (.alert, _), (_, .full), (.displayed, .display): true
        case (.displayed, .mood), (.hidden, .mood), (.hidden, .display): false
        }
    }
}
