package import Synchronization

/// A mutex with its place in the order of locks.
///
/// Debug builds, and so every test, trap when a thread takes locks against the order. In release builds it is a `Mutex`.
package struct OrderedMutex<Value: ~Copyable>: ~Copyable, Sendable {
    @usableFromInline
    let mutex: Mutex<Value>
    #if DEBUG
    @usableFromInline
    let order: LockOrder
    #endif

    /// Creates a mutex that is free.
    ///
    /// - Parameters:
    ///   - order: Its place.
    ///   - value: What it guards.
    @inlinable
    package init(_ order: LockOrder, _ value: consuming sending Value) {
        mutex = Mutex(value)
        #if DEBUG
        self.order = order
        #endif
    }

    /// Calls `body` with the value while the lock is held.
    @inlinable
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        #if DEBUG
        let held = HeldLocks.take(order)
        defer { HeldLocks.set(held) }
        #endif
        return try mutex.withLock(body)
    }
}
