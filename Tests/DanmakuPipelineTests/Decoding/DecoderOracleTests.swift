import DanmakuPipeline
import Testing

/// The decoder held against two others on generated and mutated items.
struct DecoderOracleTests {
    /// Enough to meet each rule hundreds of times, few enough to take seconds in a debug build.
    private static let count = 12_000

    private static func items(seed: UInt64) -> [[UInt8]] {
        var generator = ItemGenerator(seed: seed)
        return (0..<count).map { _ in generator.next() }
    }

    private static func describe(_ item: [UInt8], seed: UInt64) -> Comment {
        "seed \(seed): \(String(decoding: item, as: UTF8.self).debugDescription)"
    }

    @Test("what we accept Foundation accepts with equal values, what only it accepts is on the list", .computes)
    func foundation() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("decoder against Foundation: seed \(seed)")
        var accepted = 0
        for item in Self.items(seed: seed) {
            switch (DecodedItem.ours(item), FoundationOracle.decode(item)) {
            case (.comment(let ours), let theirs):
                accepted += 1
                let agrees = theirs?.agree(with: ours) == true
                #expect(agrees, Self.describe(item, seed: seed))
            case (.rejected(let code), .some):
                let isListed = FoundationOracle.leniency(item, ourCode: code) != nil
                #expect(isListed, Self.describe(item, seed: seed))
            case (.rejected, nil), (nil, _):
                break
            }
        }
        #expect(accepted > Self.count / 10)
    }

    @Test(
        "Python's json gives the same fields and the same codes",
        .computes,
        .enabled(if: PythonOracle.isAvailable, "needs python3")
    )
    func python() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("decoder against Python: seed \(seed)")
        let items = Self.items(seed: seed)
        let theirs = try PythonOracle.decode(items)
        #expect(theirs.count == items.count)
        var codes: [String: Int] = [:]
        for (item, their) in zip(items, theirs) {
            let ours = DecodedItem.ours(item)
            if case .rejected(let code) = their {
                codes[code, default: 0] += 1
            } else {
                codes["accepted", default: 0] += 1
            }
            let agrees = Self.agree(ours, their, item)
            #expect(agrees, Self.describe(item, seed: seed))
        }
        // The generator has to reach all of it.
        for code in CommentError.allCases where code != .roomLimit && code != .roomMismatch {
            #expect(codes[code.rawValue, default: 0] > 0, "\(code)")
        }
        #expect(codes["accepted", default: 0] > Self.count / 10)
    }

    @Test(
        "what Foundation accepts beyond the standard, and we do not",
        arguments: [
            (#"{"room":"a b","text":"x"}"#, FoundationOracle.Leniency.contractRule),
            (#"{"room":"a","text":"x",}"#, .trailingComma), ("\u{FEFF}{}", .byteOrderMark),
            ("{\0}\0", .otherEncoding), (#"{"z":"\ud800"}"#, .loneSurrogate), (#"{"z":01}"#, .unreadValue),
            (#"{"text":"x","text":1.}"#, .unreadValue),
            (#"{"z":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}", .nesting),
        ]
    )
    func leniency(item: String, leniency: FoundationOracle.Leniency) throws {
        let bytes = Array(item.utf8)
        #expect(FoundationOracle.decode(bytes) != nil)
        guard case .rejected(let code) = DecodedItem.ours(bytes) else {
            Issue.record("we accept it too")
            return
        }
        #expect(FoundationOracle.leniency(bytes, ourCode: code) == leniency)
    }

    private static func agree(_ ours: DecodedItem?, _ theirs: DecodedItem, _ item: [UInt8]) -> Bool {
        guard let ours else {
            // A blank line is no item of a stream.
            return item.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        }
        if ours == .rejected("invalid_utf8"), theirs == .rejected("invalid_json") {
            // Two faults: a lone surrogate stood before the one that Python names.
            return String(decoding: item, as: UTF8.self).lowercased().contains("\\ud")
        }
        return ours == theirs
    }
}
