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
            return self.hash(ofName: bytes.extracting(comment.name.indices), with: hash)
        }
        return unknown
    }

    /// The author of a published comment: what its `user` says, else the hash of its name.
    package static func of(_ result: CommentResult, in bytes: Span<UInt8>, with hash: KeyedHash) -> UInt64 {
        guard result.user == 0 else {
            return result.user
        }
        guard result.fields.nameCount > 0 else {
            return unknown
        }
        return self.hash(ofName: bytes.extracting(result.fields.name), with: hash)
    }

    private static func hash(ofName name: Span<UInt8>, with hash: KeyedHash) -> UInt64 {
        // Never 0, which stands for an unknown author.
        max(2, hash.hash(name.bytes) & ~1)
    }

    /// What is published as `user`: a `uid`'s hash, and nothing for a name.
    @inlinable
    package static func publishedUser(_ author: UInt64) -> UInt64 {
        author & 1 == 1 ? author : 0
    }
}
