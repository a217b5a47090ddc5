import DanmakuPipeline
import NIOCore
import NIOEmbedded
import Testing

@testable import DanmakuServer

/// Which connections are served, refused and dropped.
@Suite("Connection admission")
struct ConnectionAdmissionTests {
    private static func channel(_ address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
        return channel
    }

    private static func admission(
        connections: Int,
        perAddress: Int,
        refusals: Int = 2,
        proxy: String? = nil
    ) -> (ConnectionAdmission, HTTPBudgets) {
        var limits = HTTPLimits()
        limits.connections = connections
        limits.connectionsPerAddress = perAddress
        limits.refusals = refusals
        limits.refusalsPerAddress = refusals
        let budgets = HTTPBudgets(limits: limits)
        let admission = ConnectionAdmission(open: OpenConnections(), budgets: budgets) { $0.ipAddress == proxy }
        return (admission, budgets)
    }

    @Test("one address has its cap, another one is served, and a closed connection makes room")
    func addresses() throws {
        let (admission, budgets) = Self.admission(connections: 10, perAddress: 2)
        let first = try Self.channel("192.0.2.1")
        #expect(admission.admit(first) == .admitted)
        #expect(admission.admit(try Self.channel("192.0.2.1")) == .admitted)
        #expect(admission.admit(try Self.channel("192.0.2.1")) == .refused(.tooManyFromAddress))
        #expect(admission.admit(try Self.channel("192.0.2.2")) == .admitted)
        #expect(budgets.connections.held == 3)
        #expect(budgets.refusals.held == 1)
        try first.close().wait()
        first.embeddedEventLoop.run()
        #expect(budgets.connections.held == 2)
        #expect(admission.admit(try Self.channel("192.0.2.1")) == .admitted)
    }

    @Test("a full server says so to a few, and drops the rest")
    func full() throws {
        let (admission, budgets) = Self.admission(connections: 1, perAddress: 1, refusals: 2)
        #expect(admission.admit(try Self.channel("192.0.2.1")) == .admitted)
        let refused = try Self.channel("192.0.2.2")
        #expect(admission.admit(refused) == .refused(.tooManyConnections))
        #expect(admission.admit(try Self.channel("192.0.2.3")) == .refused(.tooManyConnections))
        #expect(admission.admit(try Self.channel("192.0.2.4")) == .dropped)
        try refused.close().wait()
        refused.embeddedEventLoop.run()
        #expect(budgets.refusals.held == 1)
        #expect(admission.admit(try Self.channel("192.0.2.4")) == .refused(.tooManyConnections))
    }

    @Test("the cap of an address does not hold for a trusted proxy, the limit of the server does")
    func proxies() throws {
        let (admission, _) = Self.admission(connections: 3, perAddress: 1, proxy: "192.0.2.9")
        for _ in 0..<3 {
            #expect(admission.admit(try Self.channel("192.0.2.9")) == .admitted)
        }
        #expect(admission.admit(try Self.channel("192.0.2.9")) == .refused(.tooManyConnections))
    }
}
