/// Remembers the ids that were queued lately, all rooms together: bounded by a count and by an age.
///
/// Ids are known by a 64-bit hash whose key is random in each process, so that no client can make two ids collide on
/// purpose; by chance one of 2⁶⁴ ÷ 524,288 new ids is taken for a repeat.
///
/// The window is cut into stripes by the hash, each with its own lock, because every shard asks for every comment
/// that has an id. Within a stripe the oldest id goes first. Looking up and remembering are two steps on purpose: an id
/// is remembered only once its comment is queued. Comments of one room are admitted one after another, so that the
/// same id cannot come between the two.
package final class DedupeWindow: Sendable {
    /// More stripes than cores: two threads rarely meet in one.
    private static let stripeBits = 4

    private let stripes: [Stripe]
    private let hash: KeyedHash

    private final class Stripe: Sendable {
        let ids: OrderedMutex<DedupeStripe>

        init(_ ids: DedupeStripe) {
            self.ids = OrderedMutex(.insideGate, ids)
        }
    }

    /// Creates an empty window; memory (24 bytes an id) is taken as ids come.
    ///
    /// - Parameters:
    ///   - capacity: The most ids that are remembered; 0 switches the window off. Rounded up to a multiple of 16.
    ///   - seconds: How long an id is remembered; 0 switches the window off.
    ///   - hash: What ids are known by.
    package init(capacity: Int, seconds: Int, hash: KeyedHash = KeyedHash(random: .system)) {
        self.hash = hash
        let count = 1 << Self.stripeBits
        let each = seconds > 0 ? (max(0, capacity) + count - 1) / count : 0
        stripes = (0..<count).map { _ in Stripe(DedupeStripe(capacity: each, seconds: Int64(seconds))) }
    }

    /// What an id of a room is known by.
    package func key(room: Span<UInt8>, id: Span<UInt8>) -> UInt64 {
        hash.hash(room.bytes, id.bytes)
    }

    /// Whether an id, by its ``key(room:id:)``, was remembered within the window; `now` is the whole second of the
    /// monotonic clock.
    package func contains(_ key: UInt64, now: Int64) -> Bool {
        stripe(of: key).ids.withLock { $0.contains(key, now: now) }
    }

    /// Remembers an id; the oldest of its stripe leaves if there are too many.
    package func remember(_ key: UInt64, now: Int64) {
        stripe(of: key).ids.withLock { $0.remember(key, now: now) }
    }

    /// The age of the oldest id that is remembered, in seconds; a repeat within that age is recognized.
    package func age(now: Int64) -> Int64 {
        stripes.reduce(0) { age, stripe in
            max(age, stripe.ids.withLock { $0.age(now: now) })
        }
    }

    /// How many ids are remembered, those included that are too old and not yet forgotten.
    package var count: Int {
        stripes.reduce(0) { count, stripe in
            count + stripe.ids.withLock { $0.count }
        }
    }

    /// The bytes of memory that the window takes.
    package var memoryBytes: Int {
        stripes.reduce(0) { bytes, stripe in
            bytes + stripe.ids.withLock { $0.memoryBytes }
        }
    }

    private func stripe(of key: UInt64) -> Stripe {
        stripes[Int(truncatingIfNeeded: key >> (64 - UInt64(Self.stripeBits)))]
    }
}
