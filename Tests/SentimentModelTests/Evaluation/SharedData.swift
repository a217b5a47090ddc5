import Foundation

/// The shared data sets, where `DANMAKU_SHARED_DATA` says or else beside the repository.
///
/// Tests that need them are skipped where there are none.
enum SharedData {
    static let folder: URL =
        if let folder = ProcessInfo.processInfo.environment["DANMAKU_SHARED_DATA"] {
            URL(filePath: folder)
        } else {
            URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized
        }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }
}
