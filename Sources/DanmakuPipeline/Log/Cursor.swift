import SentimentModel

/// A place in a log as a browser hands it back: `<epoch>-<id>` (`Last-Event-ID`, `?cursor=`).
package enum Cursor: Sendable, Equatable {
    /// It has the form of a cursor.
    case place(epoch: [UInt8], id: UInt64)
    /// It has not.
    case malformed

    /// Reads a cursor as a client sent it.
    package init(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let dash = bytes.lastIndex(of: UInt8(ascii: "-")), dash > 0 else {
            self = .malformed
            return
        }
        guard let id = ClientNumber.integer(bytes[(dash + 1)...], in: UInt64.min...UInt64.max) else {
            self = .malformed
            return
        }
        self = .place(epoch: Array(bytes[..<dash]), id: id)
    }
}

/// Why a cursor could not be honoured; the raw value goes into the `reset` event.
package enum ResetReason: String, Sendable, CaseIterable {
    /// An entry of a watched room after it has left the ring.
    case expired
    /// It is of another run of the server.
    case epoch
    /// It is not a cursor.
    case malformed
    /// It is above the head of this run's log.
    case ahead
}
