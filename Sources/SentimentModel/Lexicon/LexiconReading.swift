/// What has been understood of one text while its terms are met from left to right.
///
/// Modifiers wait for the next feeling and fade with distance: a negator four characters before a feeling no longer
/// turns it. Nothing here looks back further than the last feeling, so that a text is read once.
struct LexiconReading {
    /// How far a modifier reaches, in characters (a Latin word counts two).
    private static let reach: Int32 = 4

    /// Beside a custom a feeling counts only from here on: thanks for a gift belong to the custom.
    private static let custom: Float = 0.52

    private var sum: Float = 0
    private var emotions = SIMD8<Float>(repeating: 0)
    private var feelings: Int32 = 0

    private var factor: Float = 1
    private var negation: Float = 1
    private var reachLeft: Int32 = 0

    private var lastFeeling: Float = 0
    private var lastTerm: Int32 = -1
    private var sinceFeeling: Int32 = 1000

    private var irony: Float = 1
    private var asked: Float = 1

    /// Bytes of letters, digits and characters met; of these, bytes of terms that count only alone, and of customs.
    private(set) var contentBytes = 0
    private var wholeBytes = 0
    private var wholeValue: Float = 0
    private var wholeEmotion = 0
    private var customBytes = 0
    private var passwordBytes = 0
    private var isCommand = false

    /// A stretch of characters and words that no term covers.
    struct Passage {
        fileprivate var contentBytes = 0
        fileprivate var distance: Int32 = 0

        /// 。 and … end a clause; they come as characters, not as ASCII.
        @inline(__always)
        mutating func add(_ character: UInt32, bytes: Int) {
            if character == 0x3002 || character == 0x2026 {
                endClause()
            } else {
                contentBytes &+= bytes
                distance &+= 1
            }
        }

        @inline(__always)
        mutating func addWord(bytes: Int) {
            contentBytes &+= bytes
            distance &+= 2
        }

        @inline(__always)
        mutating func addNumber(bytes: Int) {
            contentBytes &+= bytes
            distance &+= 1
        }

        /// What waits for a feeling waits no longer.
        @inline(__always)
        mutating func endClause() {
            distance &+= 1000
        }
    }

    /// Passes over a stretch that no term covers.
    @inline(__always)
    mutating func pass(_ passage: Passage) {
        contentBytes &+= passage.contentBytes
        move(passage.distance)
    }

    @inline(__always)
    private mutating func move(_ distance: Int32) {
        sinceFeeling &+= distance
        reachLeft &-= distance
    }

    private mutating func endClause() {
        reachLeft = 0
        sinceFeeling = 1000
    }

    /// A term, covering so many bytes of the text.
    mutating func take(_ entry: LexiconScorer.Record, index: Int32, bytes: Int) {
        let distance: Int32 = Int32(truncatingIfNeeded: bytes) / 3 &+ 1
        contentBytes &+= bytes
        if entry.place.contains(.whole) {
            takeAlone(entry, bytes)
            move(distance)
            return
        }
        switch entry.role {
        case .feeling:
            feel(entry, index)
            return
        case .plain:
            break
        case .negator:
            negation = (reachLeft > 0 ? negation : 1) * entry.value
            factor = reachLeft > 0 ? factor : 1
            reachLeft = Self.reach
            sinceFeeling &+= distance
            return
        case .booster:
            boost(entry)
            return
        case .irony:
            irony = min(irony, entry.value)
        case .contrast:
            sum *= entry.value
            emotions *= entry.value
            endClause()
            return
        case .question:
            asked = min(asked, entry.value)
        case .ritual, .vote, .lottery, .command:
            takeCustom(entry, bytes)
        }
        move(distance)
    }

    private mutating func feel(_ entry: LexiconScorer.Record, _ index: Int32) {
        if index == lastTerm && sinceFeeling == 0 {
            // Said again at once: the run's length already speaks for it.
            return
        }
        lastTerm = index
        var value = entry.value
        var emotion = Int(entry.emotion.rawValue)
        if reachLeft > 0 {
            value *= factor
            if negation < 0 {
                // Not bad is hardly good, while not good is bad.
                value *= value < 0 ? negation * 0.5 : negation
                emotion = 0
            } else {
                value *= negation
            }
        }
        add(value, emotion)
        lastFeeling = value
        sinceFeeling = 0
        negation = 1
        factor = 1
        reachLeft = 0
    }

    private mutating func add(_ value: Float, _ emotion: Int) {
        sum += value
        emotions[emotion] += max(abs(value), 0.25)
        feelings &+= 1
    }

    private mutating func boost(_ entry: LexiconScorer.Record) {
        if entry.place.contains(.end) {
            guard sinceFeeling == 0 else { return }
            sum += lastFeeling * (entry.value - 1)
            return
        }
        factor = (reachLeft > 0 ? factor : 1) * entry.value
        negation = reachLeft > 0 ? negation : 1
        reachLeft = Self.reach
    }

    private mutating func takeAlone(_ entry: LexiconScorer.Record, _ bytes: Int) {
        switch entry.role {
        case .feeling:
            wholeBytes &+= bytes
            wholeValue = entry.value
            wholeEmotion = Int(entry.emotion.rawValue)
        case .vote, .lottery, .ritual, .command:
            takeCustom(entry, bytes)
        case .plain, .negator, .booster, .irony, .contrast, .question:
            break
        }
    }

    private mutating func takeCustom(_ entry: LexiconScorer.Record, _ bytes: Int) {
        if entry.role == .command {
            isCommand = true
        } else if entry.place.contains(.whole) {
            passwordBytes &+= bytes
        } else {
            customBytes &+= bytes
        }
    }

    /// The verdict once the text has been read.
    func verdict(_ shape: TextShape, endsInQuestion: Bool) -> Sentiment {
        if isCommand || (passwordBytes > 0 && passwordBytes == contentBytes) {
            return .nonAffective
        }
        var reading = self
        if wholeBytes > 0 && wholeBytes == contentBytes {
            reading.add(wholeValue, wholeEmotion)
        }
        reading.addFace(shape.kaomoji)
        if reading.feelings == 0 || (customBytes > 0 && abs(reading.sum) < Self.custom) {
            return customBytes > 0 ? .nonAffective : reading.bare(shape)
        }
        return reading.settle(shape, endsInQuestion: endsInQuestion)
    }

    private mutating func addFace(_ face: Kaomoji) {
        switch face {
        case .none, .other: break
        case .joy: add(0.5, Int(Sentiment.Emotion.happy.rawValue))
        case .sad: add(-0.45, Int(Sentiment.Emotion.sad.rawValue))
        case .angry: add(-0.45, Int(Sentiment.Emotion.angry.rawValue))
        case .surprised: add(0, Int(Sentiment.Emotion.surprised.rawValue))
        }
    }

    /// A text without any feeling: question marks alone are surprise, all else is nothing.
    private func bare(_ shape: TextShape) -> Sentiment {
        let isSurprise = contentBytes == 0 && shape.questions > 0
        return Sentiment(
            label: .neutral,
            emotion: isSurprise ? .surprised : .none,
            score: isSurprise ? -150 : 0,
            confidence: isSurprise ? 650 : 820,
            affective: true
        )
    }

    private func settle(_ shape: TextShape, endsInQuestion: Bool) -> Sentiment {
        var strength: Float = 1
        if shape.longestRun > 3 {
            strength += 0.06 * Float(16 - (shape.longestRun.leadingZeroBitCount))
        }
        strength += 0.05 * Float(min(shape.exclamations, 4))
        if shape.letters >= 4 && Int(shape.capitals) * 5 >= Int(shape.letters) * 4 {
            strength += 0.15
        }
        // One feeling in a long text says less about the whole of it.
        let dilution = Float(max(0, Int(shape.characters) - 12)) / 80
        var total = sum * strength * irony * asked / (1 + min(dilution, 1))
        if endsInQuestion {
            total *= total > 0 ? 0.6 : 0.8
        }
        let score = total / (total * total + 0.4).squareRoot()
        let label: Sentiment.Label = score >= 0.3 ? .positive : score <= -0.3 ? .negative : .neutral
        return Sentiment(
            label: label,
            emotion: dominantEmotion(label),
            score: Int16(score * 1000),
            confidence: Self.confidence(of: score, label),
            affective: true
        )
    }

    private func dominantEmotion(_ label: Sentiment.Label) -> Sentiment.Emotion {
        let happy = Int(Sentiment.Emotion.happy.rawValue)
        let angry = Int(Sentiment.Emotion.angry.rawValue)
        let sad = Int(Sentiment.Emotion.sad.rawValue)
        let surprised = Int(Sentiment.Emotion.surprised.rawValue)
        switch label {
        case .positive:
            return emotions[surprised] > emotions[happy] ? .surprised : emotions[happy] > 0 ? .happy : .none
        case .negative:
            let strongest = max(emotions[angry], emotions[sad])
            if emotions[surprised] > strongest {
                return .surprised
            }
            return strongest == 0 ? .none : emotions[angry] >= emotions[sad] ? .angry : .sad
        case .neutral:
            return emotions[surprised] > 0.2 ? .surprised : .none
        }
    }

    private static func confidence(of score: Float, _ label: Sentiment.Label) -> UInt16 {
        let magnitude = abs(score)
        if label == .neutral {
            return UInt16(700 - 600 * magnitude)
        }
        return UInt16(350 + 450 * magnitude)
    }
}
