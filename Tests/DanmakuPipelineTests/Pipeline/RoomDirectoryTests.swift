import DanmakuPipeline
import Testing

@Suite("A shard's rooms by name")
struct RoomDirectoryTests {
    private func slot(_ directory: RoomDirectory, _ name: String, hash: UInt64) -> UInt32? {
        Array(name.utf8).withUnsafeBufferPointer { directory.slot(of: $0, hash: hash) }
    }

    private func add(_ directory: inout RoomDirectory, _ name: String, hash: UInt64) -> UInt32 {
        Array(name.utf8)
            .withUnsafeBufferPointer {
                directory.add($0, hash: hash, bucket: TokenBucket(rate: 0, burst: 1), now: 0)
            }
    }

    @Test("a slot is found by name and used again after removal")
    func reuse() {
        var directory = RoomDirectory()
        let first = add(&directory, "a", hash: 1)
        let second = add(&directory, "b", hash: 2)
        #expect(slot(directory, "a", hash: 1) == first)
        #expect(slot(directory, "b", hash: 2) == second)
        #expect(slot(directory, "c", hash: 3) == nil)
        directory.remove(first)
        #expect(slot(directory, "a", hash: 1) == nil)
        #expect(directory.count == 1)
        #expect(add(&directory, "c", hash: 3) == first)
        #expect(slot(directory, "c", hash: 3) == first)
    }

    @Test("rooms whose hashes collide stay apart, whichever goes first", arguments: [0, 1, 2])
    func collisions(removed: Int) {
        var directory = RoomDirectory()
        let names = ["a", "b", "c"]
        let slots = names.map { add(&directory, $0, hash: 7) }
        #expect(Set(slots).count == 3)
        directory.remove(slots[removed])
        for (index, name) in names.enumerated() {
            #expect(slot(directory, name, hash: 7) == (index == removed ? nil : slots[index]))
        }
        #expect(slot(directory, "d", hash: 7) == nil)
    }
}
