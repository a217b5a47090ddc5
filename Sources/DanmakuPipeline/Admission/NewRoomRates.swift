/// `admission.new-rooms-per-minute`: how many rooms one client may begin that count as much as anyone else's.
///
/// Nothing is refused here: rooms beyond the rate are ``RoomStanding/excess`` and are the first to go when there is no
/// place for another one. So a source with thousands of rooms fills an empty server at once, and a flood of rooms does not
/// keep other clients out.
///
/// Clients share a fixed number of buckets by a keyed hash, so that no number of clients takes more memory or pushes a
/// client out. A client that happens to share a bucket with a flood only gets rooms of less standing.
package final class NewRoomRates: Sendable {
    /// A client shares its bucket with one of a hundred others once in ten; 40 KiB.
    private static let places = 1024

    private let perMinute: Int
    private let hash: KeyedHash
    /// Made when the first room is.
    private let buckets = OrderedMutex<[TokenBucket]>(.insideGate, [])

    /// Creates the rates of a server.
    ///
    /// - Parameters:
    ///   - perMinute: Rooms a minute for one client, a minute's worth at once; 0 for no limit.
    ///   - hash: Spreads clients over buckets.
    package init(perMinute: Int, hash: KeyedHash) {
        self.perMinute = perMinute
        self.hash = hash
    }

    /// Counts a new room of a client.
    ///
    /// - Returns: Whether it is within the rate.
    package func take(for client: ClientAddress, now: Int64) -> Bool {
        withBucket(of: client) { $0.take(1, now: now) } ?? true
    }

    /// Whether the next room of a client would be within the rate.
    package func isWithin(_ client: ClientAddress, now: Int64) -> Bool {
        withBucket(of: client) { $0.delay(for: 1, now: now) == 0 } ?? true
    }

    private func withBucket<Value: Sendable>(
        of client: ClientAddress,
        _ body: (inout TokenBucket) -> Value
    ) -> Value? {
        // Sources of our own have no address and no limit.
        guard perMinute > 0, client != .unknown else {
            return nil
        }
        let (first, second) = client.words
        let place = Int(truncatingIfNeeded: hash.hash(first, second) % UInt64(Self.places))
        return buckets.withLock { buckets in
            if buckets.isEmpty {
                let bucket = TokenBucket(rate: Double(perMinute) / 60, burst: Double(perMinute))
                buckets = [TokenBucket](repeating: bucket, count: Self.places)
            }
            return body(&buckets[place])
        }
    }
}
