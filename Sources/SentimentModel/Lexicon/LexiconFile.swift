/// A line of a lexicon file that does not say what it should.
public struct LexiconError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line, counted from 1.
    public var line: Int
    /// What is wrong with it.
    public var problem: String

    /// Creates an error.
    package init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    /// One line for a person.
    public var description: String {
        "line \(line): \(problem)"
    }
}

/// Reads the lexicon format of `docs/lexicon-format.md`.
///
/// A line is `term<TAB>role<TAB>value[<TAB>emotion[<TAB>places]]`; several terms of one meaning stand together,
/// separated by blanks, `+` between letters standing for a blank. `# ` at the start of a line is a comment.
enum LexiconFile {
    private static let tab: UInt8 = 0x09
    private static let newline: UInt8 = 0x0A
    private static let blank: UInt8 = 0x20
    private static let hash: UInt8 = 0x23
    private static let star: UInt8 = 0x2A
    private static let plus: UInt8 = 0x2B

    static func parse(_ file: [UInt8]) throws(LexiconError) -> [LexiconEntry] {
        var entries: [LexiconEntry] = []
        var lines: [[UInt8]: Int] = [:]
        var number = 0
        for line in file.split(separator: newline, omittingEmptySubsequences: false) {
            number += 1
            let content = line.last == 0x0D ? line.dropLast() : line
            if content.isEmpty || (content.first == hash && content.dropFirst().first == blank) {
                continue
            }
            for entry in try entriesOfLine(content, number) {
                if let earlier = lines.updateValue(number, forKey: entry.term) {
                    let term = String(decoding: entry.term, as: UTF8.self)
                    throw LexiconError(line: number, problem: "\(term) was already given in line \(earlier)")
                }
                entries.append(entry)
            }
        }
        return entries
    }

    private static func entriesOfLine(
        _ line: ArraySlice<UInt8>,
        _ number: Int
    ) throws(LexiconError) -> [LexiconEntry] {
        let fields = line.split(separator: tab, omittingEmptySubsequences: false)
        func text(_ index: Int) -> String {
            index < fields.count ? String(decoding: fields[index], as: UTF8.self) : ""
        }
        guard fields.count >= 3, fields.count <= 5 else {
            throw LexiconError(line: number, problem: "three to five fields are due, not \(fields.count)")
        }
        guard let role = LexiconEntry.Role(rawValue: text(1)) else {
            throw LexiconError(line: number, problem: "no role is called \(text(1))")
        }
        guard let value = ClientNumber.decimal(fields[2], in: -3...3).map({ Float($0) }) else {
            throw LexiconError(line: number, problem: "\(text(2)) is no value between -3 and 3")
        }
        guard role != .feeling || abs(value) <= 1 else {
            throw LexiconError(line: number, problem: "a valence lies between -1 and 1, \(text(2)) does not")
        }
        let emotion = try emotion(text(3), number)
        let place = try place(text(4), number)
        var entries: [LexiconEntry] = []
        for raw in fields[0].split(separator: blank) {
            var entry = LexiconEntry(term: [], role: role, value: value, emotion: emotion, place: place)
            var spelling = raw
            if spelling.count > 2, spelling.last == star, spelling[spelling.endIndex - 2] != star {
                spelling = spelling.dropLast()
                entry.place.insert(.stem)
            }
            let written = String(
                decoding: spelling.map { $0 == plus && spelling.first != plus ? blank : $0 },
                as: UTF8.self
            )
            entry.term = TextBatch(written).normalised
            guard !entry.term.isEmpty, entry.term.count <= 64 else {
                throw LexiconError(line: number, problem: "\(written) is empty or too long once normalised")
            }
            if !entries.contains(where: { $0.term == entry.term }) {
                entries.append(entry)
            }
        }
        guard !entries.isEmpty else {
            throw LexiconError(line: number, problem: "there is no term")
        }
        return entries
    }

    private static func emotion(_ name: String, _ number: Int) throws(LexiconError) -> Sentiment.Emotion {
        switch name {
        case "", "-", "none": return .none
        case "happy": return .happy
        case "angry": return .angry
        case "sad": return .sad
        case "surprised": return .surprised
        default: throw LexiconError(line: number, problem: "no emotion is called \(name)")
        }
    }

    private static func place(_ names: String, _ number: Int) throws(LexiconError) -> LexiconEntry.Place {
        var place: LexiconEntry.Place = []
        for name in names.split(separator: ",") {
            switch name {
            case "whole": place.insert(.whole)
            case "end": place.insert(.end)
            case "start": place.insert(.start)
            default: throw LexiconError(line: number, problem: "no place is called \(name)")
            }
        }
        return place
    }
}
