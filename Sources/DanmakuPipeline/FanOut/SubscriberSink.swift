/// Where one subscriber's frames go.
///
/// The conformers are the edge's channel handler and the tests' scripted sink.
///
/// Confined to the event loop of its hub, like the hub itself. None of its methods may fail: a connection that is gone
/// takes frames and drops them until ``FanOutHub/leave(_:)`` is called.
package protocol SubscriberSink: AnyObject {
    /// Whether it takes more without buffering beyond its bound.
    var isWritable: Bool { get }
    /// Bytes it has taken and not handed to the socket.
    var pendingBytes: Int { get }
    /// Takes a frame, writable or not, and returns how many bytes that added to what is pending.
    func write(_ frame: Frame) -> Int
    /// Hands what was written to the socket. It may report a change of writability before it returns.
    func flush()
    /// The stream ends after what was written; the hub has dropped the subscriber already.
    func end()
    /// The stream's turn to join has come: it has left the queue of joins. Called before the first frame.
    func joined()
}

/// Where snapshots come from.
package struct MoodSource {
    /// All rooms there are, a part at a time, from a place on: see ``LogReplica/publishedRooms(from:)``.
    package var rooms: (_ start: Int) -> RoomNames
    /// A room's mood, in full; a room without comments has one of zeros.
    package var mood: (_ room: [UInt8], _ now: Timestamp) -> MoodSnapshot

    /// Creates a source.
    package init(
        rooms: @escaping (_ start: Int) -> RoomNames,
        mood: @escaping (_ room: [UInt8], _ now: Timestamp) -> MoodSnapshot
    ) {
        self.rooms = rooms
        self.mood = mood
    }
}

/// Why a stream ended: the label of `danmaku_stream_closed_total`, and the `reason` of the event before the end.
package enum StreamEnd: String, Sendable, CaseIterable {
    /// The client left; nothing is written.
    case client
    /// Nothing moved for the write deadline: `evicted`.
    case stalled
    /// The stream reached its maximum age: `bye`.
    case maximumAge = "max_age"
    /// The server drains: `bye`.
    case drain
}
