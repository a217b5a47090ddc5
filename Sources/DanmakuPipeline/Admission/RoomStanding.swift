/// What a room is worth when there is no place for another one: the lowest goes first, the longest unused of it.
package enum RoomStanding: UInt8, Sendable, CaseIterable {
    /// Begun by a client beyond `admission.new-rooms-per-minute`.
    ///
    /// It stays so whatever is written there, because its client alone may be writing.
    case excess = 0
    /// One comment so far.
    ///
    /// Can transition to `used` on its second comment.
    case single = 1
    /// More than one comment: kept until it is idle for `rooms.idle-minutes`.
    case used = 2
}

/// Why rooms were forgotten; the raw value is the metric's label.
package enum RoomEviction: String, Sendable, CaseIterable {
    /// No comment and no subscriber for `rooms.idle-minutes`.
    case idle
    /// Made room for another one as ``RoomStanding/excess``.
    case excess
    /// Made room for another one as ``RoomStanding/single``.
    case single
}
