import DanmakuPipeline
import Testing

@Suite("New rooms a minute")
struct NewRoomRatesTests {
    private static func rates(_ perMinute: Int) -> NewRoomRates {
        NewRoomRates(perMinute: perMinute, hash: KeyedHash(random: .seeded(3)))
    }

    @Test("a minute's worth at once, then one by one")
    func rate() {
        let rates = Self.rates(6)
        let client = ClientAddress(version4: 1)
        let second: Int64 = 1_000_000_000
        #expect(
            (0..<8).map { _ in rates.take(for: client, now: second) } == [Bool](repeating: true, count: 6) + [
                false, false,
            ]
        )
        #expect(!rates.isWithin(client, now: second * 10))
        #expect(rates.isWithin(client, now: second * 11 + 1) && rates.isWithin(client, now: second * 11 + 1))
        #expect(rates.take(for: client, now: second * 11 + 1))
        #expect(!rates.take(for: client, now: second * 11 + 1))
    }

    @Test("0 is no limit, and a source of our own has none")
    func unlimited() {
        let unlimited = Self.rates(0)
        #expect((0..<1000).allSatisfy { _ in unlimited.take(for: ClientAddress(version4: 1), now: 0) })
        let rates = Self.rates(1)
        #expect((0..<1000).allSatisfy { _ in rates.take(for: .unknown, now: 0) })
    }

    @Test("a flood from one address leaves nearly all others what they may do")
    func neighbours() {
        let rates = Self.rates(5)
        for _ in 0..<10_000 {
            _ = rates.take(for: ClientAddress(version4: 0x0a00_0001), now: 0)
        }
        let hindered = (1...1000).count { !rates.isWithin(ClientAddress(version4: 0x0b00_0000 + UInt32($0)), now: 0) }
        #expect(hindered < 10, "one in 1,024 shares the flood's bucket")
    }
}
