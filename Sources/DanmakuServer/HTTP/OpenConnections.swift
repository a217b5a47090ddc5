import DanmakuPipeline
import NIOCore

/// The open HTTP connections of all event loops, refused ones included: the end of a drain's grace closes those that
/// are left.
package final class OpenConnections: Sendable {
    private let channels = OrderedMutex(.alone, StableTable<ObjectIdentifier, any Channel>())

    /// Starts without connections.
    package init() {}

    /// How many are open.
    package var count: Int {
        channels.withLock { $0.count }
    }

    /// Enters a connection until it closes.
    ///
    /// - Parameter channel: The accepted channel.
    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        channels.withLock { $0[key] = channel }
        channel.closeFuture.whenComplete { [self] _ in
            channels.withLock { $0[key] = nil }
        }
    }

    /// Closes all of them, without waiting.
    ///
    /// - Returns: How many they were.
    package func closeAll() -> Int {
        let left = channels.withLock { $0.values }
        for channel in left {
            channel.close(promise: nil)
        }
        return left.count
    }
}
