#if canImport(Glibc)
import Glibc
#endif

/// How many arenas glibc's allocator spreads a process's blocks over.
enum MemoryArenas {
    /// Limits them to two, one a loop of a small machine.
    ///
    /// By default there are up to eight a core, and each keeps what a burst once took: batches are allocated on one
    /// thread and freed on another, so that the resident size creeps up for hours.
    static func limit() {
        #if canImport(Glibc)
        // <malloc.h> is not in the module map, so the function is looked up; where it is missing nothing changes.
        guard let symbol = dlsym(nil, "mallopt") else {
            return
        }
        typealias Option = @convention(c) (CInt, CInt) -> CInt
        let arenaMax: CInt = -8
        _ = unsafeBitCast(symbol, to: Option.self)(arenaMax, 2)
        #endif
    }
}
