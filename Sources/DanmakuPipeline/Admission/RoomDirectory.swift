import SentimentModel

/// The rooms of one shard by name: each has a slot, a small number that queue and board share.
///
/// The rooms of one standing form a list in the order of their use, so that the one to evict is found without a search.
package struct RoomDirectory {
    /// What admission knows of a room.
    package struct Room {
        /// The name.
        package let name: RoomName
        /// `admission.room-rate`.
        package var bucket: TokenBucket
        /// `admission.paid-rate`.
        package var paidBucket: TokenBucket
        /// Reserves the room's own numbers; so it also counts the comments.
        package var nextNumber: UInt64 = 0
        /// Comments queued or in flight: a room with any is not evicted.
        package var pending = 0
        /// What the room is worth when there is no place for another one.
        package fileprivate(set) var standing: RoomStanding
        /// The second in which the room was last used, or found to be watched, as its place in the list says.
        package fileprivate(set) var usedAt: Int64

        /// The neighbours in the list of its standing.
        fileprivate var older = RoomDirectory.none
        fileprivate var newer = RoomDirectory.none
        /// The other rooms with the same hash.
        fileprivate var nextOfHash = RoomDirectory.none
        fileprivate var previousOfHash = RoomDirectory.none
    }

    /// The rooms of one standing, the longest unused first.
    private struct Order {
        var oldest = RoomDirectory.none
        var newest = RoomDirectory.none
    }

    /// Stands for no slot.
    fileprivate static let none = UInt32.max

    /// The rooms by slot; a free slot holds `nil`.
    package private(set) var rooms: [Room?] = []
    /// How many places of lists were looked at, for tests: what a search costs.
    package private(set) var steps = 0

    /// The first room of each hash.
    private var slots: [UInt64: UInt32] = [:]
    /// The other rooms of a hash that several rooms share.
    ///
    /// The hash of a name has no key, so a client can make names that collide; the dictionary's own hash has one.
    private var colliding: [RoomName: UInt32] = [:]
    private var free: [UInt32] = []
    private var orders = [Order](repeating: Order(), count: RoomStanding.allCases.count)

    /// Creates an empty directory.
    package init() {}

    /// The number of rooms.
    package var count: Int {
        rooms.count - free.count
    }

    /// The slot of a room, or `nil` if it is new.
    package func slot(of name: Span<UInt8>, hash: UInt64) -> UInt32? {
        guard let slot = slots[hash] else {
            return nil
        }
        if let room = rooms[Int(slot)], room.name.isEqual(to: name) {
            return slot
        }
        return colliding.isEmpty ? nil : colliding[RoomName(checked: name, hash: hash)]
    }

    /// Adds a new room as the one used last.
    package mutating func add(
        _ name: Span<UInt8>,
        hash: UInt64,
        standing: RoomStanding,
        bucket: TokenBucket,
        paidBucket: TokenBucket,
        second: Int64
    ) -> UInt32 {
        let room = Room(
            name: RoomName(checked: name, hash: hash),
            bucket: bucket,
            paidBucket: paidBucket,
            standing: standing,
            usedAt: second
        )
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
            rooms[Int(slot)] = room
        } else {
            slot = UInt32(rooms.count)
            rooms.append(room)
        }
        if let first = slots[hash] {
            colliding[room.name] = slot
            let second = rooms[Int(first)]!.nextOfHash
            rooms[Int(first)]!.nextOfHash = slot
            rooms[Int(slot)]!.previousOfHash = first
            rooms[Int(slot)]!.nextOfHash = second
            if second != Self.none {
                rooms[Int(second)]!.previousOfHash = slot
            }
        } else {
            slots[hash] = slot
        }
        link(slot)
        return slot
    }

    /// Works on one room in place.
    package mutating func update<Value>(_ slot: UInt32, _ body: (inout Room) -> Value) -> Value {
        guard rooms[Int(slot)] != nil else {
            preconditionFailure("room slot \(slot) is free")
        }
        return body(&rooms[Int(slot)]!)
    }

    /// Removes a room; its slot is free again.
    package mutating func remove(_ slot: UInt32) {
        guard let room = rooms[Int(slot)] else {
            preconditionFailure("room slot \(slot) is free")
        }
        unlink(slot)
        if room.previousOfHash != Self.none {
            colliding[room.name] = nil
            rooms[Int(room.previousOfHash)]!.nextOfHash = room.nextOfHash
        } else if room.nextOfHash != Self.none {
            // The next room of this hash has to be found by the hash alone.
            colliding[rooms[Int(room.nextOfHash)]!.name] = nil
            slots[room.name.hash] = room.nextOfHash
        } else {
            slots[room.name.hash] = nil
        }
        if room.nextOfHash != Self.none {
            rooms[Int(room.nextOfHash)]!.previousOfHash = room.previousOfHash
        }
        rooms[Int(slot)] = nil
        free.append(slot)
    }
}

// MARK: - Order of use

extension RoomDirectory.Room {
    /// Whether ``RoomDirectory/use(_:second:)`` would change anything: asked for every comment.
    @inline(__always)
    func isMoved(byUseAt second: Int64) -> Bool {
        usedAt < second || (standing == .single && nextNumber > 1)
    }
}

extension RoomDirectory {
    /// Notes that a room was used: at most one move a second and room, and one for its second comment.
    package mutating func use(_ slot: UInt32, second: Int64) {
        guard let room = rooms[Int(slot)], room.isMoved(byUseAt: second) else {
            return
        }
        unlink(slot)
        rooms[Int(slot)]!.usedAt = max(room.usedAt, second)
        if room.standing == .single, room.nextNumber > 1 {
            rooms[Int(slot)]!.standing = .used
        }
        link(slot)
    }

    /// Puts a room that cannot be evicted now behind all others of its standing, as if it had been used.
    package mutating func keep(_ slot: UInt32, second: Int64) {
        guard let room = rooms[Int(slot)] else {
            return
        }
        unlink(slot)
        rooms[Int(slot)]!.usedAt = max(room.usedAt, second)
        link(slot)
    }

    /// The rooms of a standing that were used before a second, the longest unused first.
    package mutating func unused(
        _ standing: RoomStanding,
        before second: Int64,
        limit: Int
    ) -> [EvictionCandidate] {
        var found: [EvictionCandidate] = []
        var slot = orders[Int(standing.rawValue)].oldest
        while slot != Self.none, found.count < limit {
            steps += 1
            let room = rooms[Int(slot)]!
            guard room.usedAt < second else {
                break
            }
            found.append(EvictionCandidate(slot: slot, name: room.name))
            slot = room.newer
        }
        return found
    }

    private mutating func link(_ slot: UInt32) {
        let standing = Int(rooms[Int(slot)]!.standing.rawValue)
        let second = rooms[Int(slot)]!.usedAt
        // Two threads may read the clock and arrive swapped, so the order is by arrival and all but by time.
        let newest = orders[standing].newest
        rooms[Int(slot)]!.older = newest
        rooms[Int(slot)]!.newer = Self.none
        if newest == Self.none {
            orders[standing].oldest = slot
        } else {
            rooms[Int(newest)]!.newer = slot
            rooms[Int(slot)]!.usedAt = max(second, rooms[Int(newest)]!.usedAt)
        }
        orders[standing].newest = slot
    }

    private mutating func unlink(_ slot: UInt32) {
        let room = rooms[Int(slot)]!
        let standing = Int(room.standing.rawValue)
        if room.older == Self.none {
            orders[standing].oldest = room.newer
        } else {
            rooms[Int(room.older)]!.newer = room.newer
        }
        if room.newer == Self.none {
            orders[standing].newest = room.older
        } else {
            rooms[Int(room.newer)]!.older = room.older
        }
    }
}
