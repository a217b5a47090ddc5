import SentimentModel

/// Who wrote a comment, as the pipeline knows it: a keyed hash whose lowest bit tells a `uid` (1) from a `name` (0).
///
/// It hides a `uid` from readers, not from posters: a client that may post can post a guessed `uid` and compare the
/// `user` it reads back. No key prevents that, because one person has to get the same `user` from every source of a room.
package enum Author {
    /// No `uid` and no `name`.
    package static let unknown: UInt64 = 0

    /// The author of a comment.
    package static func hash(
        of comment: DecodedComment,
        in bytes: Span<UInt8>,
        with hash: KeyedHash
    ) -> UInt64 {
        if !comment.uid.isEmpty {
            return hash.hash(bytes.extracting(comment.uid.indices).bytes) | 1
        }
        if !comment.name.isEmpty {
            // Never 0, which stands for an unknown author.
            return max(2, hash.hash(bytes.extracting(comment.name.indices).bytes) & ~1)
        }
        return unknown
    }

    /// What is published as `user`: a `uid`'s hash, and nothing for a name.
    @inlinable
    package static func publishedUser(_ author: UInt64) -> UInt64 {
        author & 1 == 1 ? author : 0
    }
}
