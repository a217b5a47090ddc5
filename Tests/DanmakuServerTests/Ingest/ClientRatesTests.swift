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

    @Test("a full table forgets clients without a debt, then lets newcomers share one bucket")
    func bounded() {
        let rates = ClientRates(rate: 10)
        for client in 0..<ClientRates.limit {
            _ = rates.spend(client == 0 ? 1000 : 30, of: Self.client(client), now: 0)
        }
        #expect(rates.spend(30, of: Self.client(1 << 22), now: 0) > 0)
        #expect(rates.delay(of: Self.client(1 << 21), now: 0) > 0, "shares the bucket of the other newcomer")
        let later = 30 * Self.second
        #expect(rates.spend(30, of: Self.client(1 << 20), now: later) > 0)
        #expect(rates.delay(of: Self.client(1 << 23), now: later) == 0)
        #expect(rates.delay(of: Self.client(0), now: later) > 0, "a debt is not forgotten")
    }
}
