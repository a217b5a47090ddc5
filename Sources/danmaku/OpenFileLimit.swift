import Foundation

/// The limit of open files: every connection is one.
enum OpenFileLimit {
    /// Raises the soft limit as far as the hard one allows, and says what it is.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 0
        }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return Int(clamping: soft)
        }
        return Int(clamping: limit.rlim_cur)
    }
}
