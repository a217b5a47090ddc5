import FoundationEssentials
import SentimentModel

/// Finds the folder of the pages.
package enum WebDirectory {
    /// The folder's name where none is configured.
    static let name = "web-static"

    /// Finds the folder of the page.
    ///
    /// - Parameters:
    ///   - configured: `http.web-directory`; empty looks beside the executable, in its package's share folder,
    ///     then in the working directory.
    ///   - executable: The path of the running program.
    /// - Returns: The folder, or `nil` if there is none: the server then has no page.
    /// - Throws: ``ConfigurationProblem`` if the configured folder is not there.
    package static func find(configured: String, executable: String) throws -> String? {
        if !configured.isEmpty {
            guard isDirectory(configured) else {
                throw ConfigurationProblem("http.web-directory = \"\(configured)\": there is no such folder")
            }
            return configured
        }
        let beside = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        let share = ShareFolder.of(executable: executable).map { "\($0)/\(name)" }
        return [beside.appendingPathComponent(name).path, share, name].compactMap(\.self).first(where: isDirectory)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }
}
