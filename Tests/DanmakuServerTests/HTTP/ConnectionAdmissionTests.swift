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
    ) throws -> (ConnectionAdmission, HTTPBudgets) {
        var limits = HTTPLimits()
        limits.connections = connections
        limits.connectionsPerAddress = perAddress
        limits.refusals = refusals
        limits.refusalsPerAddress = refusals
        let budgets = HTTPBudgets(limits: limits)
        let admission = ConnectionAdmission(
            open: OpenConnections(),
            budgets: budgets,
            proxies: try TrustedProxies(configured: proxy ?? "")
        )
        return (admission, budgets)
    }

    @Test("one address has its cap, another one is served, and a closed connection makes room")
    func addresses() throws {
        let (admission, budgets) = try Self.admission(connections: 10, perAddress: 2)
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
        let (admission, budgets) = try Self.admission(connections: 1, perAddress: 1, refusals: 2)
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
        let (admission, _) = try Self.admission(connections: 3, perAddress: 1, proxy: "192.0.2.9")
        for _ in 0..<3 {
            #expect(admission.admit(try Self.channel("192.0.2.9")) == .admitted)
        }
        #expect(admission.admit(try Self.channel("192.0.2.9")) == .refused(.tooManyConnections))
    }

    @Test("a trusted proxy's connections may hold more than one address, but no more than all clients")
    func proxyBytes() throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1000
        limits.bodyBytesPerAddress = 10
        limits.answerBytes = 1000
        limits.answerBytesPerAddress = 10
        let budgets = HTTPBudgets(limits: limits)
        let admission = ConnectionAdmission(
            open: OpenConnections(),
            budgets: budgets,
            proxies: try TrustedProxies(configured: "192.0.2.9")
        )
        for (address, isProxy) in [("192.0.2.9", true), ("192.0.2.1", false)] {
            var held = admission.held(by: try Self.channel(address))
            let takesAnswers = held.holdsAnswers(500)
            let takesAhead = held.holdsAhead(500)
            #expect(takesAnswers == isProxy)
            #expect(takesAhead == isProxy)
            let isOverAll = held.holdsAnswers(1001)
            #expect(isOverAll == false)
            held.release()
        }
        #expect(budgets.answers.held == 0)
        #expect(budgets.bodies.held == 0)
    }
}
