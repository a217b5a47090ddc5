import DanmakuTestKit
import Foundation
import SentimentModel
import Testing

@Suite("Files that a command writes at its end")
struct OutputFileTests {
    @Test("An old file stays until the new one is whole, and keeps its permissions")
    func replaced() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("out", [1])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let output = try OutputFile(path: path)
        #expect(try WholeFile.bytes(of: path) == [1])
        let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        try output.write(content)
        #expect(try WholeFile.bytes(of: path) == content)
        #expect(try reader.readToEnd() == Data([1]))
        let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(rights == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out"])
    }

    @Test("A link is kept, and the file that it points to is replaced")
    func link() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("file", [1])
        let link = folder.url.appendingPathComponent("link").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        try OutputFile(path: link).write([2])
        #expect(try WholeFile.bytes(of: path) == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    }

    @Test("A place that cannot be written is refused before the work")
    func refused() throws {
        let folder = try TemporaryFolder()
        let missing = folder.url.path + "/none/out"
        #expect(throws: FileProblem(path: missing, errno: ENOENT)) { try OutputFile(path: missing) }
        #expect(throws: FileProblem(path: folder.url.path, errno: EISDIR)) { try OutputFile(path: folder.url.path) }
    }

    @Test("A device is written in place")
    func device() throws {
        try OutputFile(path: "/dev/null").write([1, 2, 3])
        #expect(throws: FileProblem(path: "/dev/full", errno: ENOSPC)) { try OutputFile(path: "/dev/full").write([1]) }
    }
}
