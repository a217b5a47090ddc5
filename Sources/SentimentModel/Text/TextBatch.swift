/// Texts to be scored together, raw and normalised.
///
/// The normalised form is what scorers read; it is also a phrase's text and the key by which repeats are told.
/// Everything is normalised when the batch is made, in one buffer: nothing is allocated per text.
public struct TextBatch: Sendable {
    /// The buffer that holds the raw texts.
    public let bytes: [UInt8]
    /// Where each raw text lies in ``bytes``.
    public let ranges: [TextRange]
    /// The buffer that holds the normalised texts.
    public let normalised: [UInt8]
    /// Where each normalised text lies in ``normalised``; empty where nothing visible was said.
    public let normalisedRanges: [TextRange]
    /// What normalising took away, for each text.
    public let shapes: [TextShape]

    /// The number of texts.
    @inlinable
    public var count: Int {
        ranges.count
    }

    /// Normalises every text.
    ///
    /// - Parameters:
    ///   - bytes: A buffer of UTF-8. Bytes that are not are skipped where they stand.
    ///   - ranges: Where the texts lie; each must lie within `bytes`. They may overlap and come in any order.
    public init(bytes: [UInt8], ranges: [TextRange]) {
        self.bytes = bytes
        self.ranges = ranges
        var capacity = TextNormaliser.slack
        for range in ranges {
            precondition(range.indices.upperBound <= bytes.count, "a text must lie within the batch's bytes")
            capacity += Int(range.count)
        }
        var normalisedRanges: [TextRange] = []
        normalisedRanges.reserveCapacity(ranges.count)
        var shapes: [TextShape] = []
        shapes.reserveCapacity(ranges.count)
        normalised = [UInt8](unsafeUninitializedCapacity: capacity) { output, total in
            bytes.withUnsafeBufferPointer { input in
                let normaliser = TextNormaliser()
                guard let target = output.baseAddress, let source = input.baseAddress else {
                    normalisedRanges.append(contentsOf: repeatElement(.empty, count: ranges.count))
                    shapes.append(contentsOf: repeatElement(TextShape(), count: ranges.count))
                    return
                }
                for range in ranges {
                    var shape = TextShape()
                    let text = UnsafeBufferPointer(start: source + Int(range.start), count: Int(range.count))
                    let count = normaliser.normalise(text, into: target + total, shape: &shape)
                    normalisedRanges.append(TextRange(start: total, count: count))
                    shapes.append(shape)
                    total += count
                }
            }
        }
        self.normalisedRanges = normalisedRanges
        self.shapes = shapes
    }

    /// A batch of one text, for tests and tools.
    public init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes: bytes, ranges: [TextRange(start: 0, count: bytes.count)])
    }

    /// A batch of some texts, for tests and tools.
    public init(texts: [String]) {
        var bytes: [UInt8] = []
        var ranges: [TextRange] = []
        for text in texts {
            let start = bytes.count
            bytes.append(contentsOf: text.utf8)
            ranges.append(TextRange(start: start, count: bytes.count - start))
        }
        self.init(bytes: bytes, ranges: ranges)
    }

    /// A normalised text as a string, for tests and tools.
    public func normalisedText(_ index: Int) -> String {
        String(decoding: normalised[normalisedRanges[index].indices], as: UTF8.self)
    }
}
