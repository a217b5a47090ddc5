package import Foundation

/// The shared data sets, where `DANMAKU_SHARED_DATA` says or else beside the repository.
///
/// Tests that need them are skipped where there are none.
package enum SharedData {
    /// Where they are.
    package static let folder: URL =
        if let folder = ProcessInfo.processInfo.environment["DANMAKU_SHARED_DATA"] {
            URL(filePath: folder)
        } else {
            URL(filePath: #filePath).appending(path: "../../../../shared/data").standardized
        }

    /// Whether a file is there.
    package static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    /// The bytes of a file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }
}
