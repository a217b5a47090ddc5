/// Reads HTTP/1.1 responses on the client's side: heads, and bodies by length, in chunks, or to the connection's end.
struct HTTPResponseReader {
    /// What was read.
    enum Part {
        /// A head: the status, and the fields with names in lower case.
        case head(status: Int, fields: [String: String])
        /// Some of the body.
        case body([UInt8])
        /// The response is complete.
        case end
    }

    enum State {
        case head
        case length(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer
        case untilClose
    }

    private var state = State.head
    private var buffer: [UInt8] = []
    /// Set when what came is no HTTP.
    private(set) var problem: String?

    /// Whether a response has begun and is not complete.
    var isWithinResponse: Bool {
        if case .head = state { !buffer.isEmpty } else { true }
    }

    /// Reads some bytes.
    mutating func feed(_ bytes: [UInt8]) -> [Part] {
        buffer += bytes
        var parts: [Part] = []
        while problem == nil, step(&parts) {}
        return parts
    }

    /// The connection has ended.
    ///
    /// - Returns: Whether that completes the response.
    mutating func finish() -> Bool {
        if case .untilClose = state {
            state = .head
            return true
        }
        return false
    }

    private mutating func step(_ parts: inout [Part]) -> Bool {
        switch state {
        case .head:
            return readHead(&parts)
        case .length(let left):
            return readBody(left, &parts, then: .head)
        case .chunkSize:
            guard let line = takeLine() else {
                return false
            }
            guard let size = Int(line, radix: 16) else {
                problem = "a chunk of size \(line)"
                return false
            }
            state = size == 0 ? .trailer : .chunk(size)
            return true
        case .chunk(let left):
            return readBody(left, &parts, then: .chunkEnd)
        case .chunkEnd:
            guard let line = takeLine() else {
                return false
            }
            if !line.isEmpty {
                problem = "\(line) after a chunk"
            }
            state = .chunkSize
            return true
        case .trailer:
            guard let line = takeLine() else {
                return false
            }
            if line.isEmpty {
                state = .head
                parts.append(.end)
            }
            return true
        case .untilClose:
            guard !buffer.isEmpty else {
                return false
            }
            parts.append(.body(buffer))
            buffer = []
            return false
        }
    }

    private mutating func readHead(_ parts: inout [Part]) -> Bool {
        guard let end = headEnd() else {
            return false
        }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        buffer.removeSubrange(..<(end + 4))
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            problem = "a response begins with \(lines.first ?? "")"
            return false
        }
        guard status != 100 else {
            return true
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                fields[line[..<colon].lowercased()] = String(value)
            }
        }
        parts.append(.head(status: status, fields: fields))
        if fields["transfer-encoding"] == "chunked" {
            state = .chunkSize
        } else if let length = fields["content-length"].flatMap({ Int($0) }) {
            state = .length(length)
        } else {
            state = .untilClose
        }
        return true
    }

    private mutating func readBody(_ left: Int, _ parts: inout [Part], then next: State) -> Bool {
        let count = min(left, buffer.count)
        if count > 0 {
            parts.append(.body(Array(buffer[..<count])))
            buffer.removeSubrange(..<count)
        }
        guard count == left else {
            state = next.withLeft(left - count)
            return false
        }
        if case .head = next {
            parts.append(.end)
        }
        state = next
        return true
    }

    private func headEnd() -> Int? {
        guard buffer.count >= 4 else {
            return nil
        }
        return (0...(buffer.count - 4))
            .first { buffer[$0] == 13 && buffer[$0 + 1] == 10 && buffer[$0 + 2] == 13 && buffer[$0 + 3] == 10 }
    }

    private mutating func takeLine() -> String? {
        guard let end = buffer.firstIndex(of: 10), end > 0 else {
            return nil
        }
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<(end - 1)], as: UTF8.self)
    }
}

extension HTTPResponseReader.State {
    /// The state before this one, with some bytes of the body left.
    func withLeft(_ left: Int) -> Self {
        if case .head = self { .length(left) } else { .chunk(left) }
    }
}
