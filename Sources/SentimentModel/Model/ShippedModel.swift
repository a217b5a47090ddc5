#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where the model that ships with the program is found.
public enum ShippedModel {
    /// The model's place, from the folder that holds the program, its build folder or its source.
    public static let relativePath = "Models/default.dkm"

    /// The shipped model's file: where a package installs it, beside the executable, in a folder above it, or in or above
    /// the working directory.
    ///
    /// A package has `PREFIX/bin/danmaku` and `PREFIX/share/danmaku-sentiment/Models`; a plain `swift build` leaves the
    /// executable in a folder below the package. Both find the model without a path baked in.
    ///
    /// - Parameters:
    ///   - executable: The path of the running program; links are followed.
    ///   - workingDirectory: Where to look when nothing is found from there.
    /// - Returns: The path, or nil if there is none.
    public static func path(executable: String = executablePath, workingDirectory: String = ".") -> String? {
        if let share = ShareFolder.of(executable: executable), access(share + "/" + relativePath, R_OK) == 0 {
            return share + "/" + relativePath
        }
        for start in [folder(of: resolved(executable) ?? ""), resolved(workingDirectory) ?? ""] {
            var folder = start
            while !folder.isEmpty {
                let candidate = folder == "/" ? "/" + relativePath : folder + "/" + relativePath
                if access(candidate, R_OK) == 0 {
                    return candidate
                }
                folder = folder == "/" ? "" : Self.folder(of: folder)
            }
        }
        return nil
    }

    /// The path of the running program.
    public static var executablePath: String {
        #if os(Linux)
        "/proc/self/exe"
        #else
        CommandLine.arguments.first ?? ""
        #endif
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
