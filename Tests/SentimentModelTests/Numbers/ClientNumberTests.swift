import DanmakuTestKit
import Testing

@testable import SentimentModel

@Suite("Numbers from outside")
struct ClientNumberTests {
    private static let wide = Int64.min...Int64.max

    @Test("an integer is read exactly or refused, never rounded", arguments: EdgeNumbers.texts)
    func integers(text: String) {
        #expect(ClientNumber.integer(text.utf8, in: Self.wide) == EdgeNumbers.integer(text))
        let unsigned = EdgeNumbers.isInteger(text) ? UInt64(text) ?? (text == "-0" ? 0 : nil) : nil
        #expect(ClientNumber.integer(text.utf8, in: UInt64.min...UInt64.max) == unsigned)
        #expect(
            ClientNumber.integer(text.utf8, in: -1...256)
                == EdgeNumbers.integer(text).flatMap { (-1...256).contains($0) ? Int($0) : nil }
        )
        let byte = EdgeNumbers.integer(text).flatMap { UInt8(exactly: $0) }
        #expect(ClientNumber.integer(text.utf8, in: UInt8.min...UInt8.max) == byte)
    }

    @Test("an integer of any length is brought into a range", arguments: EdgeNumbers.texts)
    func saturated(text: String) {
        let value = ClientNumber.saturated(text.utf8, to: -10...1000)
        guard EdgeNumbers.isInteger(text) else {
            #expect(value == nil)
            return
        }
        let whole = EdgeNumbers.integer(text) ?? (text.hasPrefix("-") ? .min : .max)
        #expect(value == Int(min(max(whole, -10), 1000)))
    }

    @Test("a decimal is finite and in its range, or refused", arguments: EdgeNumbers.texts)
    func decimals(text: String) {
        let isDecimal = text.wholeMatch(of: /-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/) != nil
        for range in [-1e300...1e300, 0...1, -1e18...9e18] {
            let expected =
                isDecimal && text.utf8.count <= 400 ? Double(text).flatMap { range.contains($0) ? $0 : nil } : nil
            #expect(ClientNumber.decimal(text.utf8, in: range) == expected)
        }
    }

    @Test("any double becomes an integer")
    func doubles() {
        #expect(ClientNumber.saturated(.nan, to: Self.wide) == nil)
        #expect(ClientNumber.saturated(.infinity, to: Self.wide) == .max)
        #expect(ClientNumber.saturated(-.infinity, to: Self.wide) == .min)
        for value in [-0.0, 0.4, 1e18, -1e18, 0x1p53, 0x1p53 - 1, 1.5, 2.5, -2.5] {
            #expect(ClientNumber.saturated(value, to: Self.wide) == Int64(value.rounded()))
        }
        for value in [0x1p63, 0x1p64, 1e308, 0x1.fffffffffffffp1023] {
            #expect(ClientNumber.saturated(value, to: Self.wide) == .max)
            #expect(ClientNumber.saturated(-value, to: Self.wide) == .min)
            #expect(ClientNumber.saturated(value, to: 0...7) == 7)
            #expect(ClientNumber.saturated(-value, to: 3...7) == 3)
        }
        #expect(ClientNumber.saturated(6.7, to: 0...6) == 6)
        #expect(ClientNumber.saturated(0.2, to: 1...6) == 1)
    }

    @Test("hexadecimal digits, with a bound that no length gets around")
    func hexadecimal() {
        let all: ClosedRange<UInt32> = 0...0x10_FFFF
        #expect(ClientNumber.hexadecimal("1F600".utf8, in: all) == 0x1F600)
        #expect(ClientNumber.hexadecimal("0010ffff".utf8, in: all) == 0x10_FFFF)
        for text in ["", "110000", "-1", "+1", "g", "0x1", "FFFFFFFFFFFFFFFFFFFFFFFFF", "1 "] {
            #expect(ClientNumber.hexadecimal(text.utf8, in: all) == nil, "\(text)")
        }
    }

    @Test("random digits agree with the standard library")
    func random() {
        var random = SeededGenerator(seed: 77)
        for _ in 0..<20_000 {
            let value = Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random))
            #expect(ClientNumber.integer(String(value).utf8, in: Self.wide) == value)
            #expect(ClientNumber.integer(String(value).utf8, in: Int64.min...0) == (value <= 0 ? value : nil))
        }
    }
}
