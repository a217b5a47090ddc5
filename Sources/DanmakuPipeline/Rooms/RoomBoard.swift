/// One room of a shard: how it publishes, and what it has become.
///
/// A class, so that a batch works on it in place; it is only ever touched under its shard's board lock.
package final class RoomBoard {
    /// The name.
    package let name: RoomName
    /// How it publishes.
    package var writer: RoomWriter
    /// What readers are shown.
    package var replica: RoomReplica

    /// Creates the board of a new room.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - configuration: The rates.
    ///   - displayKey: Tells texts apart at `display`.
    ///   - shownAt: The latest `at` that may have been shown of a room of this name.
    ///   - now: The time.
    package init(
        name: RoomName,
        configuration: FanOutConfiguration,
        displayKey: UInt64,
        shownAt: Int64,
        now: Timestamp
    ) {
        self.name = name
        writer = RoomWriter(room: name, configuration: configuration, displayKey: displayKey)
        replica = RoomReplica(shownAt: shownAt, now: now)
    }

    /// Bytes of memory that the room takes, without what waits for its next frame.
    package var memoryBytes: Int {
        replica.memoryBytes + 512
    }
}
