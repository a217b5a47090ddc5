#if canImport(Glibc)
import Glibc
#endif

/// Settings of glibc's allocator; on other systems nothing happens.
///
/// <malloc.h> is not in the module map, so its functions are looked up at run time; a missing one changes nothing.
package enum Allocator {
    private enum Option {
        static let trimThreshold: CInt = -1
        static let topPad: CInt = -2
        static let mapThreshold: CInt = -3
        static let arenaMax: CInt = -8
    }

    /// Sets the allocator up; called once, before anything large is allocated.
    ///
    /// Two arenas, one a loop of a small machine: by default there are up to eight a core, and each keeps what a burst once
    /// took, since batches are allocated on one thread and freed on another. Fixed thresholds: by default each large block
    /// that is freed raises both, up to 32 and 64 MiB, so that after a few large bodies none goes back to the system. Blocks
    /// of 256 KiB and more, larger than anything that a comment needs, are mapped one by one and leave when they are freed;
    /// 16 MiB free at an arena's end are kept, so that ordinary load does not grow and shrink it all the time.
    package static func configure() {
        #if canImport(Glibc)
        guard let symbol = dlsym(nil, "mallopt") else {
            return
        }
        typealias Function = @convention(c) (CInt, CInt) -> CInt
        let set = unsafeBitCast(symbol, to: Function.self)
        _ = set(Option.arenaMax, 2)
        _ = set(Option.mapThreshold, 256 << 10)
        _ = set(Option.trimThreshold, 16 << 20)
        _ = set(Option.topPad, 1 << 20)
        #endif
    }

    /// Gives every whole free page back to the system, those between blocks in use among them.
    ///
    /// It locks one arena after the other, about 0.1 s for each gigabyte that it gives back.
    ///
    /// - Returns: Whether there is such a function.
    @discardableResult
    static func trim() -> Bool {
        #if canImport(Glibc)
        guard let symbol = dlsym(nil, "malloc_trim") else {
            return false
        }
        typealias Function = @convention(c) (Int) -> CInt
        _ = unsafeBitCast(symbol, to: Function.self)(0)
        return true
        #else
        return false
        #endif
    }
}
