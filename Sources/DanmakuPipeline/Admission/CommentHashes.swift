/// The keyed hashes of one comment, made before any lock is taken.
package struct CommentHashes: Sendable {
    /// The keyed hash of `uid` (else of `name`); 0 if it has neither.
    let author: UInt64
    /// What its id is known by in the ``DedupeWindow``; `nil` if it has none.
    let id: UInt64?
}
