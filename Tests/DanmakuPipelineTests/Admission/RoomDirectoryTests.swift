import DanmakuPipeline
import DanmakuTestKit
import Testing

@Suite("A shard's rooms by name")
struct RoomDirectoryTests {
    private func slot(_ directory: RoomDirectory, _ name: String, hash: UInt64) -> UInt32? {
        directory.slot(of: Array(name.utf8).span, hash: hash)
    }

    private func add(_ directory: inout RoomDirectory, _ name: String, hash: UInt64, second: Int64 = 0) -> UInt32 {
        directory.add(
            Array(name.utf8).span,
            hash: hash,
            standing: .single,
            bucket: TokenBucket(rate: 0, burst: 1),
            paidBucket: TokenBucket(rate: 0, burst: 1),
            second: second
        )
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

    @Test("rooms of crafted names, which all have one hash, are found and removed at a cost that does not grow")
    func collisionFlood() {
        // The hash of names has no key: collisions can be made in minutes, and chained into thousands.
        var directory = RoomDirectory()
        let slots = (0..<4000).map { add(&directory, "room-\($0)", hash: 7) }
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RoomDirectoryTests.collisionFlood seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var left = Array(slots.indices).shuffled(using: &random)
        while let index = left.popLast() {
            directory.remove(slots[index])
            #expect(slot(directory, "room-\(index)", hash: 7) == nil)
            if let other = left.last, slot(directory, "room-\(other)", hash: 7) != slots[other] {
                Issue.record("seed \(seed): room-\(other) is lost")
                return
            }
        }
        #expect(directory.count == 0)
        #expect(add(&directory, "again", hash: 7) == slot(directory, "again", hash: 7))
    }

    @Test("a room's second comment and each second of use move it behind the others of its standing")
    func order() {
        var directory = RoomDirectory()
        let a = add(&directory, "a", hash: 1, second: 1)
        let b = add(&directory, "b", hash: 2, second: 2)
        func singles(_ directory: inout RoomDirectory) -> [UInt32] {
            directory.unused(.single, before: .max, limit: 9).map(\.slot)
        }
        #expect(singles(&directory) == [a, b])
        directory.use(a, second: 3)
        #expect(singles(&directory) == [b, a])
        directory.use(b, second: 2)
        #expect(singles(&directory) == [b, a], "a second that has been moves nothing")
        directory.update(b) { $0.nextNumber = 2 }
        directory.use(b, second: 3)
        #expect(singles(&directory) == [a])
        #expect(directory.unused(.used, before: .max, limit: 9).map(\.slot) == [b])
        #expect(directory.unused(.used, before: 3, limit: 9).isEmpty)
        directory.keep(a, second: 9)
        #expect(directory.unused(.single, before: 9, limit: 9).isEmpty)
    }

    @Test("the order is that of a plain list, for any run of events", arguments: 0..<4)
    func orderReference(run: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RoomDirectoryTests.orderReference seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var directory = RoomDirectory()
        var reference: [(slot: UInt32, second: Int64)] = []
        var second: Int64 = 0
        for step in 0..<2000 {
            second += Int64.random(in: 0...1, using: &random)
            let index = reference.isEmpty ? 0 : Int.random(in: 0..<reference.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !reference.isEmpty:
                directory.remove(reference.remove(at: index).slot)
            case 1 where !reference.isEmpty && reference[index].second < second:
                let slot = reference.remove(at: index).slot
                directory.use(slot, second: second)
                reference.append((slot, second))
            default:
                let hash = UInt64.random(in: 0..<40, using: &random)
                reference.append((add(&directory, "room-\(step)", hash: hash, second: second), second))
            }
            let limit = Int.random(in: 1...5, using: &random)
            let found = directory.unused(.single, before: second, limit: limit).map(\.slot)
            let expected = reference.prefix { $0.second < second }.prefix(limit).map(\.slot)
            guard found == expected else {
                Issue.record("seed \(seed), step \(step): \(found) and not \(expected)")
                return
            }
        }
        #expect(directory.count == reference.count)
    }

    @Test("looking for idle rooms costs what is found, not how many rooms there are", arguments: [1000, 2000])
    func idleSteps(rooms: Int) {
        var directory = RoomDirectory()
        for index in 0..<rooms {
            _ = add(&directory, "room-\(index)", hash: UInt64(index), second: index < 10 ? 1 : 5)
        }
        #expect(directory.unused(.single, before: 5, limit: 64).count == 10)
        #expect(directory.steps == 11)
        #expect(directory.unused(.single, before: 1, limit: 64).isEmpty)
        #expect(directory.steps == 12)
        #expect(directory.unused(.single, before: .max, limit: 8).count == 8)
        #expect(directory.steps == 20)
    }
}
