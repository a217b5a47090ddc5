import Foundation
import Testing

@testable import SentimentModel

@Suite struct ShippedModelTests {
    @Test func isFoundAboveTheExecutable() throws {
        let folder = try TemporaryFolder()
        let deep = folder.url.appendingPathComponent("build/release")
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        let program = deep.appendingPathComponent("danmaku")
        try Data().write(to: program)
        let models = folder.url.appendingPathComponent("Models")
        try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
        try Data([1]).write(to: models.appendingPathComponent("default.dkm"))
        let found = try #require(ShippedModel.path(executable: program.path, workingDirectory: "/"))
        #expect(found.hasSuffix("/Models/default.dkm"))
        #expect(ShippedModel.path(executable: "/nonexistent/danmaku", workingDirectory: deep.path) == found)
    }

    @Test func isNotInventedWhereThereIsNone() throws {
        let folder = try TemporaryFolder()
        let path = ShippedModel.path(executable: "/nonexistent/danmaku", workingDirectory: folder.url.path)
        #expect(path == nil || !(path ?? "").hasPrefix(folder.url.path))
    }
}
