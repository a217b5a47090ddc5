import Foundation

/// Foundation's decoder, which is no strict one: what we accept it has to accept, with equal values.
enum FoundationOracle {
    /// What Foundation accepts and we do not; each with a test that an item is of that sort.
    enum Leniency: CaseIterable {
        /// It is JSON, but the contract refuses it: no matter for a JSON decoder.
        case contractRule
        /// A comma before a closing bracket.
        case trailingComma
        /// A byte order mark in front.
        case byteOrderMark
        /// Encodings with zero bytes between, found by looking at the first bytes.
        case otherEncoding
        /// Nesting between 65 and 512.
        case nesting
        /// An escape that names a lone surrogate.
        case loneSurrogate
        /// A value that nobody asks for: of an unknown key, or of a repeated one.
        case unreadValue
    }

    /// The fields as Foundation gives them; `nil` if it refuses.
    static func decode(_ item: [UInt8]) -> Fields? {
        try? JSONDecoder().decode(Fields.self, from: Data(item))
    }

    /// Why Foundation may have accepted what we refused; `nil` is a difference that nobody has explained.
    static func leniency(_ item: [UInt8], ourCode: String) -> Leniency? {
        Leniency.allCases.first { leniency in
            switch leniency {
            case .contractRule: ourCode != "invalid_json" && ourCode != "invalid_utf8"
            case .trailingComma: hasTrailingComma(item)
            case .byteOrderMark: item.starts(with: [0xEF, 0xBB, 0xBF]) || item.starts(with: [0xFE, 0xFF])
            case .otherEncoding: item.prefix(4).contains(0)
            case .nesting: ourCode == "invalid_json" && deepest(item) > 64
            case .loneSurrogate: ourCode == "invalid_utf8" && namesSurrogate(item)
            case .unreadValue: (try? JSONDecoder().decode(EveryValue.self, from: Data(item))) == nil || repeatsKey(item)
            }
        }
    }

    /// A comment as a Foundation user would declare it.
    struct Fields: Decodable {
        enum Identifier: Decodable {
            case string(String)
            case integer(Double)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let string = try? container.decode(String.self) {
                    self = .string(string)
                } else {
                    self = .integer(try container.decode(Double.self))
                }
            }

            func agrees(with bytes: [UInt8]) -> Bool {
                switch self {
                case .string(let string): Array(Fields.clean(string).utf8) == bytes
                case .integer(let value): Double(String(decoding: bytes, as: UTF8.self)) == value
                }
            }
        }

        var room: String?
        var text: String?
        var id: Identifier?
        var uid: Identifier?
        var name: String?
        var sentAt: Int64?
        var kind: String?
        var price: Double?

        /// Whether these are the values that we found; the contract's own changes are applied to them first.
        func agree(with ours: DecodedItem.Fields) -> Bool {
            let known = ["paid", "gift", "marker", "system"]
            let nameBytes = Array(Self.clean(name ?? "").utf8)
            return Array((room ?? "").utf8) == ours.room
                && Self.trim(Self.clean(text ?? "")) == ours.text
                && (id?.agrees(with: ours.id) ?? ours.id.isEmpty)
                && (uid?.agrees(with: ours.uid) ?? ours.uid.isEmpty)
                && (nameBytes.count <= 64 ? nameBytes == ours.name : nameBytes.starts(with: ours.name))
                && sentAt == ours.sentAt
                && (kind.map { known.contains($0) ? $0 : "chat" } ?? "chat") == ours.kind
                && price == Double(String(decoding: ours.price, as: UTF8.self))
        }

        fileprivate static func clean(_ text: String) -> String {
            var scalars = String.UnicodeScalarView()
            for scalar in text.replacing("\r\n", with: "\n").unicodeScalars {
                if ["\t", "\r", "\n"].contains(scalar) {
                    scalars.append(" ")
                } else if scalar.properties.generalCategory != .control {
                    scalars.append(scalar)
                }
            }
            return String(scalars)
        }

        private static func trim(_ text: String) -> [UInt8] {
            let blank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
            let trimmed = text.unicodeScalars.drop(while: blank).reversed().drop(while: blank).reversed()
            return trimmed.flatMap { UTF8.encode($0).map(Array.init) ?? [] }
        }
    }

    /// Reads every value there is, so that nothing stays unread.
    private struct EveryValue: Decodable {
        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init?(stringValue: String) {
                self.stringValue = stringValue
            }

            init?(intValue: Int) {
                nil
            }
        }

        init(from decoder: any Decoder) throws {
            if let container = try? decoder.container(keyedBy: Key.self) {
                for key in container.allKeys {
                    _ = try container.decode(EveryValue.self, forKey: key)
                }
            } else if var container = try? decoder.unkeyedContainer() {
                while !container.isAtEnd {
                    _ = try container.decode(EveryValue.self)
                }
            } else {
                let container = try decoder.singleValueContainer()
                if container.decodeNil() || (try? container.decode(Bool.self)) != nil
                    || (try? container.decode(String.self)) != nil
                {
                    return
                }
                _ = try container.decode(Double.self)
            }
        }
    }

    private static func hasTrailingComma(_ item: [UInt8]) -> Bool {
        let dense = item.filter { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
        return zip(dense, dense.dropFirst()).contains { $0 == UInt8(ascii: ",") && ($1 == 0x7D || $1 == 0x5D) }
    }

    private static func deepest(_ item: [UInt8]) -> Int {
        item.count { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
    }

    private static func namesSurrogate(_ item: [UInt8]) -> Bool {
        String(decoding: item, as: UTF8.self).lowercased().contains("\\ud")
    }

    /// Whether some key may stand twice: more colons than different words before colons.
    private static func repeatsKey(_ item: [UInt8]) -> Bool {
        let text = String(decoding: item, as: UTF8.self)
        let keys = text.matches(of: #/"([^"]*)"\s*:/#).map { String($0.1) }
            .map { $0.replacing("\\u006f", with: "o").replacing("\\u0074", with: "t").replacing("\\u0041", with: "A") }
        return Set(keys).count < keys.count
    }
}
