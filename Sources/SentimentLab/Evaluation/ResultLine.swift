import SentimentModel

/// One verdict as one line of JSON.
enum ResultLine {
    static func append(_ sentiment: Sentiment, _ shares: PolarityShares, to output: inout [UInt8]) {
        append("{\"label\":\"", to: &output)
        append(name(sentiment.label), to: &output)
        append("\",\"score\":", to: &output)
        append(thousandths: Int(sentiment.score), to: &output)
        append(",\"emotion\":\"", to: &output)
        append(name(sentiment.emotion), to: &output)
        append("\",\"confidence\":", to: &output)
        append(thousandths: Int(sentiment.confidence), to: &output)
        append(sentiment.affective ? ",\"affective\":true" : ",\"affective\":false", to: &output)
        append(",\"probabilities\":{\"negative\":", to: &output)
        append(thousandths: Int(shares.negative), to: &output)
        append(",\"neutral\":", to: &output)
        append(thousandths: Int(shares.neutral), to: &output)
        append(",\"positive\":", to: &output)
        append(thousandths: Int(shares.positive), to: &output)
        append("}}\n", to: &output)
    }

    static func append(error code: StaticString, to output: inout [UInt8]) {
        append("{\"error\":\"", to: &output)
        append(code, to: &output)
        append("\"}\n", to: &output)
    }

    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    /// A decimal without trailing zeros: 830 is `0.83`, −1000 is `-1`.
    private static func append(thousandths value: Int, to output: inout [UInt8]) {
        if value < 0 {
            output.append(0x2D)
        }
        let (whole, fraction) = value.magnitude.quotientAndRemainder(dividingBy: 1000)
        output.append(0x30 + UInt8(truncatingIfNeeded: whole))
        guard fraction != 0 else { return }
        output.append(0x2E)
        output.append(0x30 + UInt8(truncatingIfNeeded: fraction / 100))
        guard fraction % 100 != 0 else { return }
        output.append(0x30 + UInt8(truncatingIfNeeded: fraction / 10 % 10))
        guard fraction % 10 != 0 else { return }
        output.append(0x30 + UInt8(truncatingIfNeeded: fraction % 10))
    }

    private static func name(_ label: Sentiment.Label) -> StaticString {
        switch label {
        case .negative: "negative"
        case .neutral: "neutral"
        case .positive: "positive"
        }
    }

    private static func name(_ emotion: Sentiment.Emotion) -> StaticString {
        switch emotion {
        case .none: "none"
        case .happy: "happy"
        case .angry: "angry"
        case .sad: "sad"
        case .surprised: "surprised"
        }
    }
}
