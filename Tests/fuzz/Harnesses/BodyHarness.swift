import DanmakuPipeline

/// JSON bodies of comments.
///
/// Input: a byte of options (1 a fixed room, 2 at most three items), then the body. Rules: one result for each element,
/// in its place, and the same that the element has alone; a body is refused if and only if it is not JSON.
enum BodyHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let options = input.byte()
        let body = input.rest
        let room = options & 1 == 0 ? nil : RoomName("room-1".utf8)
        let decoder = BodyDecoder(fixedRoom: room, maxItems: options & 2 == 0 ? 1000 : 3)
        var oracle = JSONOracle(body)
        let document = Result { () throws(JSONOracle.Failure) in try oracle.document() }
        let output: BodyDecoder.Output
        do {
            output = try body.withUnsafeBytes { try decoder.decode($0) }
        } catch {
            return try checkRefusal(error, document, maxItems: options & 2 == 0 ? 1000 : 3)
        }
        let items = try DecodedItem.all(of: output.chunk)
        try require(items.map(\.item) == Array(0..<UInt64(output.count)), "\(output.count) items are \(items)")
        switch document {
        case .success(.array(let elements)):
            try require(elements.count == output.count, "\(elements.count) elements became \(output.count) items")
        case .success(.object):
            try require(output.count == 1, "one object became \(output.count) items")
        case .success:
            throw Finding(description: "a body that is neither an object nor an array was taken")
        case .failure(.syntax):
            // What stands behind the fault of an item is only passed over.
            let hasFault = items.contains { $0.error == .invalidUTF8 || $0.error == .invalidJSON }
            try require(hasFault, "a body that is not JSON was taken")
        case .failure(.tooDeep):
            break
        }
        if body.first(where: { $0 > 0x20 }) == UInt8(ascii: "[") {
            try compareElements(Self.elements(of: body), items, decoder)
        }
    }

    private static func checkRefusal(
        _ failure: any Error,
        _ document: Result<JSONOracle.Value, JSONOracle.Failure>,
        maxItems: Int
    ) throws {
        switch (failure as? BodyDecoder.Failure, document) {
        case (.invalidJSON, .success(.object)), (.invalidJSON, .success(.array)):
            throw Finding(description: "a body that is JSON was refused as \(failure)")
        case (.tooManyItems, .success(.array(let elements))):
            try require(elements.count > maxItems, "\(elements.count) elements are too many")
        case (.tooManyItems, .success):
            throw Finding(description: "one object is too many")
        case (.some, _):
            break
        case (nil, _):
            throw Finding(description: "an unknown failure: \(failure)")
        }
    }

    /// Each element as the only one of an array.
    private static func compareElements(_ elements: [[UInt8]], _ items: [DecodedItem], _ decoder: BodyDecoder) throws {
        try require(elements.count == items.count, "\(elements.count) elements became \(items.count) items")
        for (element, item) in zip(elements, items).prefix(64) {
            let body = [UInt8(ascii: "[")] + element + [UInt8(ascii: "]")]
            let output = try? body.withUnsafeBytes { try decoder.decode($0) }
            let alone = try output.map { try DecodedItem.all(of: $0.chunk) }
            let text = String(decoding: element, as: UTF8.self)
            try require(alone == [item.numbered(0)], "\(text) is \(item), alone \(String(describing: alone))")
        }
    }

    /// The elements of an array, by quotes, brackets and commas alone.
    static func elements(of body: [UInt8]) -> [[UInt8]] {
        var elements: [[UInt8]] = []
        var element: [UInt8] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in body {
            var isSeparator = false
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    isSeparator = depth == 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"):
                    depth -= 1
                    if depth == 0, !elements.isEmpty || element.contains(where: { $0 > 0x20 }) {
                        elements.append(element)
                    }
                case UInt8(ascii: ",") where depth == 1:
                    elements.append(element)
                    isSeparator = true
                default: break
                }
            }
            if isSeparator {
                element = []
            } else {
                element.append(byte)
            }
        }
        return elements
    }
}
