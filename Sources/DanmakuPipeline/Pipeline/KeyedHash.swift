/// SipHash with this process's random key: nobody outside can compute or collide it, and it changes at a restart.
@inlinable
package func keyedHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(bytes: bytes)
    return UInt64(bitPattern: Int64(hasher.finalize()))
}

/// Who wrote a comment, as the pipeline knows it: a keyed hash whose lowest bit tells a `uid` (1) from a `name` (0).
package enum Author {
    /// No `uid` and no `name`.
    package static let unknown: UInt64 = 0

    /// The author by `uid`.
    @inlinable
    package static func user(_ uid: UnsafeRawBufferPointer) -> UInt64 {
        keyedHash(uid) | 1
    }

    /// The author by `name`, where there is no `uid`.
    @inlinable
    package static func named(_ name: UnsafeRawBufferPointer) -> UInt64 {
        // Never 0, which stands for nobody.
        max(2, keyedHash(name) & ~1)
    }

    /// What is published as `user`: a `uid`'s hash, and nothing for a name.
    @inlinable
    package static func publishedUser(_ author: UInt64) -> UInt64 {
        author & 1 == 1 ? author : 0
    }
}
