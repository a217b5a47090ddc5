import SentimentModel

/// Turns the bytes of a recording, in pieces of any size, into ingest lines.
///
/// The caller feeds it, then asks until `nil`; after the last bytes it calls ``finish()`` and asks once more.
package struct ReplayScanner: Sendable {
    private enum Source: Sendable {
        case lines(tabbed: Bool)
        case xml(XMLElementScanner)
    }

    private var source: Source
    private var encoder: ReplayLineEncoder
    private var buffer: [UInt8] = []
    private var position = 0
    private var searched = 0
    private var isFinished = false
    private var isSkipping = false
    private var line = 0
    private var refusals = ReplayRefusals()

    /// The longest line that is written: no server can be told to read a longer one (`ingest.max-line-bytes`).
    package static let longestLine = 65_536

    /// Creates a scanner at the beginning of a pass.
    package init(format: ReplayFormat, encoder: ReplayLineEncoder, loop: Int) {
        self.encoder = encoder
        self.encoder.start(loop: loop)
        source =
            switch format {
            case .ndjson: .lines(tabbed: false)
            case .tabbed: .lines(tabbed: true)
            case .xml: .xml(XMLElementScanner(names: ["d", "sc", "gift", "guard", "s"]))
            }
    }

    /// Takes more of the file.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        if case .xml(var scanner) = source {
            // Taken out first, or its buffer would be copied on every feed.
            source = .lines(tabbed: false)
            scanner.feed(bytes)
            source = .xml(scanner)
            return
        }
        buffer.removeSubrange(..<position)
        searched -= position
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// Bytes of the file that are kept for the next line.
    package var bufferedBytes: Int {
        buffer.count
    }

    /// Takes the lines that were left out since it was asked last.
    package mutating func takeRefusals() -> ReplayRefusals {
        defer { refusals = ReplayRefusals() }
        return refusals
    }

    /// Says that nothing follows: a last line without its end counts.
    package mutating func finish() {
        isFinished = true
    }

    /// Writes the next line.
    ///
    /// - Parameter output: Where the line goes, with its end.
    /// - Returns: Its time in milliseconds where it has one, or `nil` if more bytes are needed.
    package mutating func next(into output: inout [UInt8]) -> Line? {
        switch source {
        case .xml: nextElement(into: &output)
        case .lines(let tabbed): nextLine(tabbed: tabbed, into: &output)
        }
    }

    /// What a line that was written is.
    package struct Line: Equatable, Sendable {
        /// Its place in the recording in milliseconds.
        package var time: Int64?
    }

    private mutating func nextElement(into output: inout [UInt8]) -> Line? {
        guard case .xml(var scanner) = source else {
            return nil
        }
        source = .lines(tabbed: false)
        defer { source = .xml(scanner) }
        while let element = scanner.next() {
            if let comment = ArchivedComment(element) {
                line += 1
                let start = output.count
                encoder.append(comment, line: line, to: &output)
                if isShort(output, from: start) {
                    return Line(time: comment.time)
                }
                output.removeLast(output.count - start)
                refusals.add(line: line)
            }
        }
        return nil
    }

    private mutating func nextLine(tabbed: Bool, into output: inout [UInt8]) -> Line? {
        while true {
            let range: Range<Int>
            let isSkipped = isSkipping
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                range = position..<end
                position = end + 1
            } else if isFinished && position < buffer.count {
                range = position..<buffer.count
                position = buffer.count
            } else {
                skipEndlessLine()
                searched = buffer.count
                return nil
            }
            searched = position
            line += 1
            isSkipping = false
            let start = output.count
            guard !isSkipped, let found = write(range, tabbed: tabbed, to: &output) else {
                continue
            }
            if isShort(output, from: start) {
                return found
            }
            output.removeLast(output.count - start)
            refusals.add(line: line)
        }
    }

    /// Drops what there is of a line that is already too long, so that a file of one endless line takes no memory.
    private mutating func skipEndlessLine() {
        guard isSkipping || buffer.count - position > Self.longestLine else {
            return
        }
        if !isSkipping {
            refusals.add(line: line + 1)
        }
        isSkipping = true
        position = buffer.count
    }

    private func isShort(_ output: [UInt8], from start: Int) -> Bool {
        output.count - start <= Self.longestLine + 1
    }

    /// Writes one line of the file, or nothing if it is blank.
    private func write(_ range: Range<Int>, tabbed: Bool, to output: inout [UInt8]) -> Line? {
        buffer.withUnsafeBufferPointer { whole in
            var raw = UnsafeBufferPointer(rebasing: whole[range])
            if raw.last == 0x0D {
                raw = UnsafeBufferPointer(rebasing: raw.dropLast())
            }
            if line == 1, raw.starts(with: [0xEF, 0xBB, 0xBF]) {
                raw = UnsafeBufferPointer(rebasing: raw.dropFirst(3))
            }
            guard raw.contains(where: { $0 > 0x20 }) else {
                return nil
            }
            guard tabbed else {
                encoder.append(object: raw, line: line, to: &output)
                return Line(time: Self.time(ofObject: raw))
            }
            guard let tab = raw.firstIndex(of: 0x09), let time = Self.integer(raw[..<tab]) else {
                encoder.append(text: raw, line: line, to: &output)
                return Line(time: nil)
            }
            encoder.append(text: UnsafeBufferPointer(rebasing: raw[(tab + 1)...]), line: line, to: &output)
            return Line(time: time)
        }
    }

    /// A comment's own time: `sentAt`, else `receivedAt`.
    ///
    /// The bytes are searched rather than parsed: a quote inside a JSON string is escaped, so `"sentAt":` can only be
    /// a key.
    private static func time(ofObject raw: UnsafeBufferPointer<UInt8>) -> Int64? {
        number(after: #""sentAt""#, in: raw) ?? number(after: #""receivedAt""#, in: raw)
    }

    private static func number(after key: StaticString, in raw: UnsafeBufferPointer<UInt8>) -> Int64? {
        let key = UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        var index = 0
        while index + key.count < raw.count {
            guard raw[index] == key[0], raw[(index + 1)..<(index + key.count)].elementsEqual(key[1...]) else {
                index += 1
                continue
            }
            let rest = raw[(index + key.count)...].drop { $0 <= 0x20 || $0 == UInt8(ascii: ":") }
            return integer(rest.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) })
        }
        return nil
    }

    private static func integer(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        // Differences of two such times do not overflow.
        ClientNumber.integer(digits, in: -(1 << 60)...(1 << 60))
    }
}
