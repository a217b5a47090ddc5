import Synchronization

/// Counts what the edges refused: invalid comments, which never reach a shard.
package final class EdgeRefusals: Sendable {
    private let rejections = Atomic<Int>(0)

    package init() {}

    /// Comments refused as invalid.
    package var rejected: Int {
        rejections.load(ordering: .relaxed)
    }

    /// Counts some more; called once a chunk.
    package func countRejected(_ comments: Int) {
        rejections.add(comments, ordering: .relaxed)
    }
}
