/// Decides what the demo's audience writes: pure, so that a seed and a time give the same stream again.
///
/// Each room drifts between feelings, which change its rate and its words. From time to time a room bursts: a spike
/// that the page shows.
package struct DemoScript {
    /// One comment of the demo.
    package struct Line: Equatable {
        package var room: Int
        package var text: String
        package var name: String
        package var user: Int
        package var kind: Kind

        package init(room: Int, text: String, name: String, user: Int, kind: Kind) {
            self.room = room
            self.text = text
            self.name = name
            self.user = user
            self.kind = kind
        }

        /// The kinds that the demo uses.
        package enum Kind: Equatable {
            case chat
            case paid(price: Int)
            case gift
        }
    }

    /// One room's audience.
    private struct Audience {
        var name: String
        var languages: [DemoLines.Language]
        /// Its share of all comments when nothing happens.
        var share: Double
        var feeling = DemoLines.Feeling.calm
        var feelingEnds = 0.0
        /// Comments a second, relative to usual.
        var excitement = 1.0
        /// Comments owed, with the fraction of the next one.
        var owed = 0.0
    }

    private var audiences: [Audience] = [
        Audience(name: "demo-arena", languages: [.chinese, .chinese, .chinese, .english], share: 0.48),
        Audience(name: "demo-stage", languages: [.chinese, .japanese, .japanese], share: 0.27),
        Audience(name: "demo-kitchen", languages: [.english, .english, .chinese], share: 0.17),
        Audience(name: "demo-night", languages: [.japanese, .chinese], share: 0.08),
    ]
    private let rate: Double
    private var time = 0.0
    private var random: any RandomNumberGenerator

    /// Creates a script.
    ///
    /// - Parameters:
    ///   - rate: Comments a second of all rooms together, on average.
    ///   - random: Where chance comes from.
    package init(rate: Int, random: some RandomNumberGenerator) {
        self.rate = Double(rate)
        self.random = random
    }

    /// The rooms' names, as ``Line/room`` numbers them.
    package var rooms: [String] {
        audiences.map(\.name)
    }

    /// What is said in the next `seconds`.
    package mutating func advance(by seconds: Double) -> [Line] {
        time += seconds
        var lines: [Line] = []
        for index in audiences.indices {
            drift(index)
            // A slow swell on top, out of step from room to room, so that no curve is ever flat.
            let swell = 1 + 0.4 * swing(at: time / 17 + Double(index) * 0.31)
            audiences[index].owed += rate * audiences[index].share * audiences[index].excitement * swell * seconds
            while audiences[index].owed >= 1 {
                audiences[index].owed -= 1
                lines.append(line(of: index))
            }
        }
        lines.shuffle(using: &random)
        return lines
    }

    /// A triangle wave in −1…1 with period 1.
    private func swing(at position: Double) -> Double {
        let phase = position - position.rounded(.down)
        return phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase
    }

    private mutating func drift(_ index: Int) {
        guard time >= audiences[index].feelingEnds else {
            return
        }
        let feelings: [DemoLines.Feeling] = [
            .calm, .calm, .delighted, .delighted, .delighted, .amused, .amused, .annoyed, .annoyed, .sad, .astonished,
        ]
        let feeling = feelings.randomElement(using: &random)!
        audiences[index].feeling = feeling
        let isBurst = Int.random(in: 0..<6, using: &random) == 0
        audiences[index].feelingEnds = time + .random(in: isBurst ? 4...8 : 9...24, using: &random)
        let usual = feeling == .calm ? 0.5...0.9 : 0.9...1.6
        audiences[index].excitement = isBurst ? .random(in: 3...5, using: &random) : .random(in: usual, using: &random)
    }

    private mutating func line(of index: Int) -> Line {
        let audience = audiences[index]
        let language = audience.languages.randomElement(using: &random)!
        let names = DemoLines.names(language)
        // A few viewers write most of it.
        let rank = min(Int.random(in: 0..<40, using: &random), Int.random(in: 0..<400, using: &random))
        let dice = Int.random(in: 0..<1000, using: &random)
        let name = names[rank % names.count] + (rank < names.count ? "" : String(rank / names.count))
        var line = Line(room: index, text: "", name: name, user: rank, kind: .chat)
        switch dice {
        case 0..<8:
            line.kind = .gift
            line.text = "送出了小星星"
        case 8..<60:
            line.text = DemoLines.rituals.randomElement(using: &random)!
        default:
            // One in four does not feel what the room feels.
            let feeling = dice < 300 ? DemoLines.Feeling.allCases.randomElement(using: &random)! : audience.feeling
            line.text = DemoLines.lines(language, feeling).randomElement(using: &random)!
            if dice >= 985 {
                line.kind = .paid(price: [5, 10, 30, 50, 100].randomElement(using: &random)!)
            }
        }
        return line
    }
}
