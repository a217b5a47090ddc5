#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The folder of an installed program's files: `PREFIX/share/danmaku-sentiment`, for a program in `PREFIX/bin`.
package enum ShareFolder {
    private static let path = "share/danmaku-sentiment"

    /// The folder of a program; it need not exist.
    ///
    /// - Parameter executable: The path of the running program; links are followed.
    /// - Returns: `nil` for a path that does not exist.
    package static func of(executable: String) -> String? {
        guard let real = realpath(executable, nil) else { return nil }
        defer { free(real) }
        let components = String(cString: real).split(separator: "/").dropLast(2)
        return components.map { "/\($0)" }.joined() + "/" + path
    }
}
