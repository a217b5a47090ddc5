import SentimentModel

/// Reads the flat elements of a danmaku archive from bytes as they arrive.
///
/// It is not an XML parser: it knows elements with attributes and text, and character references; it skips
/// declarations, comments and everything nested. Recorders write control characters and cut files off in the middle. A
/// real parser stops there; this scanner still reads the rest of the file.
package struct XMLElementScanner: Sendable {
    /// An element with its text.
    package struct Element: Equatable, Sendable {
        /// The tag.
        package var name: String
        /// The attributes, decoded, in order.
        package var attributes: [(name: String, value: [UInt8])]
        /// The text, decoded; empty for `<a/>`.
        package var text: [UInt8]

        /// The value of an attribute, empty if it is not there.
        package subscript(_ name: String) -> [UInt8] {
            attributes.first { $0.name == name }?.value ?? []
        }

        package static func == (left: Element, right: Element) -> Bool {
            left.name == right.name && left.text == right.text
                && left.attributes.elementsEqual(right.attributes) { $0.name == $1.name && $0.value == $1.value }
        }
    }

    /// An element that never ends is given up at this size: its `<` is passed over.
    private static let longestElement = 1 << 20

    private var buffer: [UInt8] = []
    private var position = 0
    private let names: Set<String>

    /// Creates a scanner.
    ///
    /// - Parameter names: The elements to deliver; others are passed over, what stands inside them is looked at.
    package init(names: Set<String>) {
        self.names = names
    }

    /// Takes more of the file.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        buffer.removeSubrange(..<position)
        position = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next element, or `nil` if it is not complete yet.
    package mutating func next() -> Element? {
        while let start = buffer[position...].firstIndex(of: UInt8(ascii: "<")) {
            position = start
            switch scan(from: start) {
            case .element(let element, let end):
                position = end
                return element
            case .skip(let end):
                position = end
            case .incomplete:
                guard buffer.count - start > Self.longestElement else {
                    return nil
                }
                position = start + 1
            }
        }
        position = buffer.count
        return nil
    }

    private enum Step {
        case element(Element, end: Int)
        case skip(end: Int)
        case incomplete
    }

    private func scan(from start: Int) -> Step {
        guard start + 1 < buffer.count else {
            return .incomplete
        }
        guard Self.isNameByte(buffer[start + 1]) else {
            return .skip(end: start + 1)
        }
        var index = start + 1
        let name = String(decoding: takeName(&index), as: UTF8.self)
        guard index < buffer.count else {
            return .incomplete
        }
        guard names.contains(name) else {
            return .skip(end: index)
        }
        var element = Element(name: name, attributes: [], text: [])
        while true {
            skipBlanks(&index)
            guard index < buffer.count else {
                return .incomplete
            }
            switch buffer[index] {
            case UInt8(ascii: ">"):
                return finish(element, textStart: index + 1)
            case UInt8(ascii: "/"):
                guard index + 1 < buffer.count else {
                    return .incomplete
                }
                guard buffer[index + 1] == UInt8(ascii: ">") else {
                    return .skip(end: index)
                }
                return .element(element, end: index + 2)
            case let byte where Self.isNameByte(byte):
                let key = String(decoding: takeName(&index), as: UTF8.self)
                skipBlanks(&index)
                guard index + 1 < buffer.count else {
                    return .incomplete
                }
                let quote = buffer[index + 1]
                guard buffer[index] == UInt8(ascii: "="), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
                else {
                    return .skip(end: index)
                }
                guard let end = buffer[(index + 2)...].firstIndex(of: quote) else {
                    return .incomplete
                }
                element.attributes.append((key, Self.decode(buffer[(index + 2)..<end])))
                index = end + 1
            default:
                return .skip(end: index)
            }
        }
    }

    /// The text reaches to the element's end tag; another tag before it means that the end was lost.
    private func finish(_ element: Element, textStart: Int) -> Step {
        guard let close = buffer[textStart...].firstIndex(of: UInt8(ascii: "<")) else {
            return .incomplete
        }
        let tag = Array("</\(element.name)>".utf8)
        guard close + tag.count <= buffer.count else {
            return .incomplete
        }
        guard buffer[close..<(close + tag.count)].elementsEqual(tag) else {
            return .skip(end: close)
        }
        var whole = element
        whole.text = Self.decode(buffer[textStart..<close])
        return .element(whole, end: close + tag.count)
    }

    private func takeName(_ index: inout Int) -> ArraySlice<UInt8> {
        let start = index
        while index < buffer.count, Self.isNameByte(buffer[index]) {
            index += 1
        }
        return buffer[start..<index]
    }

    private func skipBlanks(_ index: inout Int) {
        while index < buffer.count, buffer[index] <= 0x20 {
            index += 1
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    /// Replaces character references; one that is none stays as it is written.
    private static func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "&")) else {
            return Array(bytes)
        }
        var output: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "&"),
                let end = bytes[index...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = scalar(String(decoding: bytes[(index + 1)..<end], as: UTF8.self))
            {
                output.append(contentsOf: Character(scalar).utf8)
                index = end + 1
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return output
    }

    private static func scalar(_ reference: String) -> Unicode.Scalar? {
        switch reference {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where reference.hasPrefix("#x") || reference.hasPrefix("#X"):
            ClientNumber.hexadecimal(reference.utf8.dropFirst(2), in: 0...0x10_FFFF).flatMap(Unicode.Scalar.init)
        case _ where reference.hasPrefix("#"):
            ClientNumber.integer(reference.utf8.dropFirst(), in: 0...0x10_FFFF as ClosedRange<UInt32>)
                .flatMap(Unicode.Scalar.init)
        default: nil
        }
    }
}
