/// What a client asks for.
package struct Subscription: Sendable {
    /// The rooms, without repetition; `nil` for every room.
    package var rooms: [[UInt8]]?
    /// The level of detail.
    package var level: DetailLevel
    /// Its cursor as it sent it, if it sent one.
    package var cursor: String?

    /// Creates a subscription.
    package init(rooms: [[UInt8]]?, level: DetailLevel, cursor: String?) {
        self.rooms = rooms
        self.level = level
        self.cursor = cursor
    }
}
