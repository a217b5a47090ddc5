#if DEBUG
import Glibc
#endif

/// Where a lock stands in the order of locks (docs/architecture.md, "Locks").
@usableFromInline
package enum LockOrder: UInt, Sendable, CaseIterable {
    /// A shard's gate: taken by a thread that holds none.
    case gate = 0b001
    /// Taken by a thread that holds none, or a gate.
    case insideGate = 0b010
    /// The log's: taken by a thread that holds none.
    case log = 0b100
    /// Taken by a thread that holds none, or the log's lock.
    case insideLog = 0b1000
    /// Taken by a thread that holds none.
    case alone = 0b1_0000

    /// The locks that a thread may hold when it takes this one, as bits.
    var allowed: UInt {
        switch self {
        case .gate, .log, .alone: 0
        case .insideGate: LockOrder.gate.rawValue
        case .insideLog: LockOrder.log.rawValue
        }
    }
}

#if DEBUG
/// The locks that the calling thread holds, in debug builds.
@usableFromInline
enum HeldLocks {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "no key for the locks of a thread")
        return key
    }()

    /// Notes that the calling thread takes a lock; traps if the order forbids it.
    ///
    /// - Returns: What it held before.
    @usableFromInline
    static func take(_ order: LockOrder) -> UInt {
        let held = UInt(bitPattern: pthread_getspecific(key))
        precondition(
            held & ~order.allowed == 0,
            "a lock of the order \(order) is taken while others are held: \(LockOrder.allCases.filter { held & $0.rawValue != 0 })"
        )
        set(held | order.rawValue)
        return held
    }

    /// Notes what the calling thread holds.
    @usableFromInline
    static func set(_ held: UInt) {
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: held))
    }
}
#endif
