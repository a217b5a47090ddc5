import DanmakuPipeline
import DanmakuServer
import NIOCore
import Testing

/// Clients by the addresses of their sockets.
struct ClientAddressTests {
    @Test("a socket's address is the client's, whatever its port")
    func sockets() throws {
        let first = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        #expect(ClientAddress(first) == ClientAddress(version4: 0x7f00_0001))
        #expect(ClientAddress(try SocketAddress(ipAddress: "127.0.0.1", port: 2)) == ClientAddress(first))
        #expect(ClientAddress(try SocketAddress(ipAddress: "::ffff:127.0.0.1", port: 2)) == ClientAddress(first))
        let sixth = ClientAddress(try SocketAddress(ipAddress: "2001:db8:0:1::5", port: 1))
        #expect(sixth == ClientAddress(version6: 0x2001_0db8_0000_0001, 0))
        #expect(ClientAddress(nil) == .unknown)
    }
}
