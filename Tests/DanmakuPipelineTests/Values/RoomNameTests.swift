import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("Room names")
struct RoomNameTests {
    @Test("of all single bytes the contract's 66 are names")
    func alphabet() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-".utf8)
        #expect(allowed.count == 66)
        for byte in UInt8.min ... .max {
            #expect((RoomName([byte]) != nil) == allowed.contains(byte), "byte \(byte)")
            #expect((RoomName([0x61, byte, 0x61]) != nil) == allowed.contains(byte), "byte \(byte)")
        }
    }

    @Test("1 to 64 bytes", arguments: [(0, false), (1, true), (64, true), (65, false), (1000, false)])
    func lengths(count: Int, isValid: Bool) {
        #expect((RoomName(String(repeating: "r", count: count)) != nil) == isValid)
    }

    @Test("the hash is FNV-1a with a final mix, which decides the shard of recorded rooms")
    func hash() throws {
        var fnv: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "room-1".utf8 {
            fnv = (fnv ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        fnv = (fnv ^ fnv >> 32) &* 0xd6e8_feb8_6659_fd93
        #expect(try #require(RoomName("room-1".utf8)).hash == fnv ^ fnv >> 32)
    }

    @Test("equality, order and description are those of the bytes")
    func comparison() {
        let rooms: [RoomName] = ["b", "a:1", "a", "A", "a-1", "b"]
        #expect(Set(rooms).count == 5)
        #expect(rooms.sorted().map(\.description) == ["A", "a", "a-1", "a:1", "b", "b"])
    }
}
