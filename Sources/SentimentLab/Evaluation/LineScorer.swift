package import SentimentModel

/// Turns lines of text into lines of JSON, one for one and in order, whatever the bytes.
///
/// It is fed blocks as they are read and gives back bytes to be written; it holds at most one batch and one unfinished
/// line. Empty lines and lines that are no UTF-8 are scored like any other: what cannot be read says nothing.
package struct LineScorer {
    /// Reads the text out of a line, appends it, and returns `nil`; or returns the code of what is wrong with the line.
    package typealias Reader = (_ line: UnsafeBufferPointer<UInt8>, _ text: inout [UInt8]) -> StaticString?

    private static let batchLines = 1024
    private static let newline: UInt8 = 0x0A

    private let scorer: any TextScorer
    private let shares: (TextBatch, inout [PolarityShares]) -> Bool
    private let read: Reader

    private var unfinished: [UInt8] = []
    private var texts: [UInt8] = []
    private var ranges: [TextRange] = []
    private var problems: [(index: Int, code: StaticString)] = []
    private var results: [Sentiment] = []
    private var resultShares: [PolarityShares] = []

    /// Creates a line scorer.
    ///
    /// - Parameters:
    ///   - scorer: What judges the texts.
    ///   - shares: Appends the probabilities of every text and returns true, or returns false if there are none.
    ///   - read: How a line holds its text; ``wholeLine(_:_:)`` or ``lastColumns(_:_:)`` or one of the caller's.
    package init(
        scorer: any TextScorer,
        shares: @escaping (TextBatch, inout [PolarityShares]) -> Bool = { _, _ in false },
        read: @escaping Reader = LineScorer.wholeLine
    ) {
        self.scorer = scorer
        self.shares = shares
        self.read = read
    }

    /// The line is the text.
    package static func wholeLine(_ line: UnsafeBufferPointer<UInt8>, _ text: inout [UInt8]) -> StaticString? {
        text.append(contentsOf: line)
        return nil
    }

    /// The text is what follows the first tab; without one, the line.
    package static func lastColumns(_ line: UnsafeBufferPointer<UInt8>, _ text: inout [UInt8]) -> StaticString? {
        let start = line.firstIndex(of: 0x09).map { $0 + 1 } ?? 0
        text.append(contentsOf: line[start...])
        return nil
    }

    /// Takes the next block of input.
    ///
    /// - Parameters:
    ///   - block: Bytes that begin and end anywhere.
    ///   - output: Receives the results of the lines that are complete, as far as batches are full.
    package mutating func take(_ block: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        var start = 0
        while let end = Self.newline(in: block, from: start) {
            if unfinished.isEmpty {
                takeLine(UnsafeBufferPointer(rebasing: block[start..<end]), into: &output)
            } else {
                unfinished.append(contentsOf: block[start..<end])
                takeUnfinished(into: &output)
            }
            start = end + 1
        }
        unfinished.append(contentsOf: block[start...])
    }

    /// Takes the end of the input: a last line without its end counts, and everything is given back.
    package mutating func finish(into output: inout [UInt8]) {
        if !unfinished.isEmpty {
            takeUnfinished(into: &output)
        }
        flush(into: &output)
    }

    /// Gives back the results of all complete lines, for a reader that waits for them.
    package mutating func flush(into output: inout [UInt8]) {
        guard !ranges.isEmpty else { return }
        let batch = TextBatch(bytes: texts, ranges: ranges)
        results.removeAll(keepingCapacity: true)
        resultShares.removeAll(keepingCapacity: true)
        scorer.score(batch, into: &results)
        if !shares(batch, &resultShares) {
            resultShares.append(contentsOf: results.lazy.map { PolarityShares($0) })
        }
        var problem = problems.makeIterator()
        var next = problem.next()
        for index in results.indices {
            if let failed = next, failed.index == index {
                ResultLine.append(error: failed.code, to: &output)
                next = problem.next()
            } else {
                ResultLine.append(results[index], resultShares[index], to: &output)
            }
        }
        texts.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        problems.removeAll(keepingCapacity: true)
    }

    private mutating func takeUnfinished(into output: inout [UInt8]) {
        let line = unfinished
        unfinished.removeAll(keepingCapacity: true)
        line.withUnsafeBufferPointer { takeLine($0, into: &output) }
    }

    private mutating func takeLine(_ line: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        let content = line.last == 0x0D ? UnsafeBufferPointer(rebasing: line.dropLast()) : line
        let start = texts.count
        if let code = read(content, &texts) {
            texts.removeLast(texts.count - start)
            problems.append((index: ranges.count, code: code))
        }
        ranges.append(TextRange(start: start, count: texts.count - start))
        if ranges.count == Self.batchLines {
            flush(into: &output)
        }
    }

    private static func newline(in block: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < block.count {
            if block[index] == newline {
                return index
            }
            index &+= 1
        }
        return nil
    }
}
