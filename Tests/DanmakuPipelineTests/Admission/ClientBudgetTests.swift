import DanmakuPipeline
import Testing

/// Budgets of what clients hold, and the addresses that they are counted by.
struct ClientBudgetTests {
    private static func client(_ number: UInt32) -> ClientAddress {
        ClientAddress(version4: 0x7f00_0000 + number)
    }

    @Test("an address stops at its cap, all together stop at the limit, and nothing of a refused amount is held")
    func caps() {
        let budget = ClientBudget(name: "bodies", unit: .bytes, limit: 100, perAddress: 40)
        #expect(budget.reserve(30, for: Self.client(1)) == nil)
        #expect(budget.reserve(11, for: Self.client(1)) == .addressFull)
        #expect(budget.reserve(10, for: Self.client(1)) == nil)
        #expect(budget.reserve(40, for: Self.client(2)) == nil)
        #expect(budget.reserve(21, for: Self.client(3)) == .full)
        #expect(budget.reserve(20, for: Self.client(3)) == nil)
        #expect(
            budget.snapshot == .init(held: 100, addresses: 3, refusedFull: 1, refusedAddress: 1)
        )
        budget.release(40, for: Self.client(1))
        #expect(budget.snapshot.addresses == 2)
        #expect(budget.reserve(40, for: Self.client(4)) == nil)
    }

    @Test("amounts at the edge of the integers are refused and do not trap")
    func edges() {
        let budget = ClientBudget(name: "bodies", unit: .bytes, limit: .max)
        #expect(budget.reserve(.max, for: Self.client(1)) == nil)
        #expect(budget.reserve(.max, for: Self.client(2)) == .full)
        #expect(budget.reserve(0, for: Self.client(2)) == nil)
        #expect(budget.snapshot.addresses == 1)
    }

    @Test("a trusted proxy is held to the limit only")
    func uncapped() {
        let budget = ClientBudget(name: "connections", unit: .slots, limit: 3, perAddress: 1)
        for _ in 0..<3 {
            #expect(budget.reserve(1, for: Self.client(1), isCapped: false) == nil)
        }
        #expect(budget.reserve(1, for: Self.client(1), isCapped: false) == .full)
    }

    @Test("an IPv6 client is its /64; a mapped IPv4 address is IPv4")
    func addresses() {
        let network: UInt64 = 0x2001_0db8_0000_0001
        #expect(ClientAddress(version6: network, 1) == ClientAddress(version6: network, .max))
        #expect(ClientAddress(version6: network, 1) != ClientAddress(version6: network + 1, 1))
        #expect(ClientAddress(version6: 0, 0xffff_7f00_0001) == ClientAddress(version4: 0x7f00_0001))
        #expect(ClientAddress(version4: 0x7f00_0001).description == "127.0.0.1")
        #expect(ClientAddress(version6: network, 1).description == "2001:db8:0:1::/64")
        #expect(ClientAddress(version4: 0) != .unknown)
    }

    @Test("a seeded source repeats itself, and its numbers stay within their range")
    func seeds() {
        let first = RandomSource.seeded(7)
        let second = RandomSource.seeded(7)
        for _ in 0..<100 {
            #expect(first.next() == second.next())
            let number = first.int(in: -3...3)
            #expect(number == second.int(in: -3...3))
            #expect((-3...3).contains(number))
        }
        #expect(RandomSource.system.next() != RandomSource.system.next())
    }
}
