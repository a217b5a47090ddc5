import DanmakuPipeline
import SentimentLab
import SentimentModel

/// Bodies of `POST /v1/score`, and what becomes of their texts.
///
/// Input: the body. Rules: the texts are those that a second reader finds, a body is refused if and only if that one
/// refuses it too; a normalised text is UTF-8 and never longer; every text has a score within its range.
enum TextListHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        let body = input.rest
        var oracle = JSONOracle(body)
        let document = Result { () throws(JSONOracle.Failure) in try oracle.document() }
        let isClean = !oracle.hasEncodingFault && oracle.deepest <= 64
        let decoder = TextListDecoder(maxItems: 16, maxTextBytes: 256)
        let texts: (bytes: [UInt8], ranges: [TextRange])
        do {
            texts = try body.withUnsafeBytes { try decoder.decode($0) }
        } catch {
            if isClean, case .success(let value) = document {
                let found = Self.texts(of: value)
                try require(found == nil, "a body with the texts \(found ?? []) was refused as \(error)")
            }
            return
        }
        let found = texts.ranges.map { Array(texts.bytes[$0.indices]) }
        switch document {
        case .success(let value):
            try require(isClean, "a body that is not Unicode, or too deep, was taken")
            try require(Self.texts(of: value) == found, "\(Self.texts(of: value) ?? []) became \(found)")
        case .failure(.syntax):
            throw Finding(description: "a body that is not JSON was taken")
        case .failure(.tooDeep):
            throw Finding(description: "a body nested more than 500 deep was taken")
        }
        try check(TextBatch(bytes: texts.bytes, ranges: texts.ranges))
    }

    /// What the contract makes of a value: the strings of its first `texts`, if they are all right.
    private static func texts(of value: JSONOracle.Value) -> [[UInt8]]? {
        guard case .object(let members) = value,
            case .array(let elements) = members.first(where: { $0.key == Array("texts".utf8) })?.value,
            elements.count <= 16
        else {
            return nil
        }
        var texts: [[UInt8]] = []
        for element in elements {
            guard case .string(let text) = element, text.count <= 256 else {
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    /// Normalising and both rule scorers.
    private static func check(_ batch: TextBatch) throws {
        for index in 0..<batch.count {
            let normalised = Array(batch.normalised[batch.normalisedRanges[index].indices])
            try require(normalised.isUTF8, "the normalised text is not UTF-8: \(normalised)")
            try require(normalised.count <= Int(batch.ranges[index].count), "the normalised text is longer")
            var text = normalised
            // Cutting can bring equal stretches together, so that a second pass cuts again; but it ends.
            for _ in 0..<normalised.count + 1 {
                let again = Array(TextBatch(bytes: text, ranges: [TextRange(start: 0, count: text.count)]).normalised)
                try require(again.count <= text.count, "normalising again made \(text) longer")
                guard again != text else {
                    break
                }
                try require(again.count < text.count, "normalising again changed \(text) to \(again)")
                text = again
            }
        }
        for scorer in [LexiconScorer.builtIn, VaderScorer()] as [any TextScorer] {
            var results: [Sentiment] = []
            scorer.score(batch, into: &results)
            try require(results.count == batch.count, "\(batch.count) texts have \(results.count) results")
            for result in results {
                try require((-1000...1000).contains(result.score), "the score is \(result.score)")
                try require(result.confidence <= 1000, "the confidence is \(result.confidence)")
            }
        }
    }
}
