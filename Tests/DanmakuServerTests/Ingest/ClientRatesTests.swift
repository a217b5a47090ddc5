import DanmakuPipeline
import DanmakuServer
import Testing

/// The table of HTTP clients' rates.
struct ClientRatesTests {
    private static let second: Int64 = 1_000_000_000
    private static let a = client(1)
    private static let b = client(2)

    private static func client(_ number: Int) -> ClientAddress {
        ClientAddress(version4: UInt32(number))
    }

    @Test("a client in debt waits, others do not")
    func debt() {
        let rates = ClientRates(rate: 10)
        #expect(rates.delay(of: Self.a, now: 0) == 0)
        #expect(rates.spend(30, of: Self.a, now: 0) >= 2 * Self.second)
        #expect(rates.delay(of: Self.a, now: 0) > 2 * Self.second)
        #expect(rates.delay(of: Self.b, now: 0) == 0)
        #expect(rates.delay(of: Self.a, now: 3 * Self.second) == 0)
    }

    @Test("without a rate nothing is kept")
    func unlimited() {
        let rates = ClientRates(rate: 0)
        #expect(rates.spend(1_000_000, of: Self.a, now: 0) == 0)
        #expect(rates.delay(of: Self.a, now: 0) == 0)
    }

    @Test("a table full of debts locks no newcomer out, and keeps the deep debts")
    func bounded() {
        let rates = ClientRates(rate: 10)
        for client in 0..<ClientRates.limit {
            _ = rates.spend(client % 2 == 0 ? 1000 : 30, of: Self.client(client), now: 0)
        }
        for newcomer in 0..<1000 {
            let client = Self.client((1 << 20) + newcomer)
            #expect(rates.delay(of: client, now: 0) == 0, "nothing is known of it yet")
            #expect(rates.spend(30, of: client, now: 0) > 0)
            #expect(rates.delay(of: client, now: 0) > 0, "its debt is its own")
        }
        let forgotten = (0..<ClientRates.limit).filter { rates.delay(of: Self.client($0), now: 0) == 0 }
        #expect(forgotten.count == 1000)
        #expect(forgotten.allSatisfy { $0 % 2 == 1 }, "a deep debt is not forgotten for a small one")
    }

    @Test("paid debts go first")
    func paidFirst() {
        let rates = ClientRates(rate: 10)
        for client in 0..<ClientRates.limit {
            _ = rates.spend(client % 8 == 0 ? 12 : 500, of: Self.client(client), now: 0)
        }
        let later = 10 * Self.second
        for newcomer in 0..<1000 {
            _ = rates.spend(20, of: Self.client((1 << 20) + newcomer), now: later)
        }
        let indebted = (0..<ClientRates.limit).filter { rates.delay(of: Self.client($0), now: later) > 0 }
        #expect(indebted.count == ClientRates.limit - ClientRates.limit / 8)
    }
}
