import SentimentModel

/// The rooms of one shard by name: each has a slot, a small number that queue and board share.
package struct RoomDirectory {
    /// What admission knows of a room.
    package struct Room {
        /// The name's bytes.
        package let name: [UInt8]
        /// The name's hash.
        package let hash: UInt64
        /// `admission.room-rate`.
        package var bucket: TokenBucket
        /// Reserves the room's own numbers.
        package var nextNumber: UInt64 = 0
        /// Comments queued or in flight: a room with any is not evicted.
        package var pending = 0
        /// When the last comment was queued, in nanoseconds of the monotonic clock.
        package var lastQueued: Int64
    }

    /// The rooms by slot; a free slot holds `nil`.
    package private(set) var rooms: [Room?] = []
    private var slots: [UInt64: UInt32] = [:]
    /// Rooms whose 64-bit hash collides with another's: never but by intent.
    private var colliding: [[UInt8]: UInt32] = [:]
    private var free: [UInt32] = []

    /// Creates an empty directory.
    package init() {}

    /// The number of rooms.
    package var count: Int {
        rooms.count - free.count
    }

    /// The slot of a room, or `nil` if it is new.
    package func slot(of name: UnsafeBufferPointer<UInt8>, hash: UInt64) -> UInt32? {
        guard let slot = slots[hash] else {
            return nil
        }
        if let room = rooms[Int(slot)], room.name.elementsEqual(name) {
            return slot
        }
        return colliding.isEmpty ? nil : colliding[Array(name)]
    }

    /// Adds a new room.
    package mutating func add(_ name: UnsafeBufferPointer<UInt8>, hash: UInt64, bucket: TokenBucket, now: Int64)
        -> UInt32
    {
        let room = Room(name: Array(name), hash: hash, bucket: bucket, lastQueued: now)
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
            rooms[Int(slot)] = room
        } else {
            slot = UInt32(rooms.count)
            rooms.append(room)
        }
        if slots[hash] == nil {
            slots[hash] = slot
        } else {
            colliding[room.name] = slot
        }
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
        rooms[Int(slot)] = nil
        free.append(slot)
        if slots[room.hash] == slot {
            slots[room.hash] = nil
            // A colliding room has to be findable by the hash again.
            if let (name, other) = colliding.first(where: { rooms[Int($0.value)]?.hash == room.hash }) {
                colliding[name] = nil
                slots[room.hash] = other
            }
        } else {
            colliding[room.name] = nil
        }
    }
}
