import DanmakuTestKit
import Foundation
import SentimentModel
import Testing

@Suite("Files of an installed program")
struct ShareFolderTests {
    @Test("Its model is found from bin, also through a link")
    func model() throws {
        let folder = try TemporaryFolder()
        let models = folder.url.appendingPathComponent("usr/share/danmaku-sentiment/Models")
        let bin = folder.url.appendingPathComponent("usr/bin")
        let elsewhere = folder.url.appendingPathComponent("elsewhere")
        for path in [models, bin, elsewhere] {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        try Data([1]).write(to: models.appendingPathComponent("default.dkm"))
        let program = bin.appendingPathComponent("danmaku")
        try Data().write(to: program)
        let link = elsewhere.appendingPathComponent("danmaku")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: program)
        for path in [program, link] {
            let found = try #require(ShippedModel.path(executable: path.path, workingDirectory: "/"))
            #expect(found.hasSuffix("/usr/share/danmaku-sentiment/Models/default.dkm"))
        }
    }

    @Test("A program that does not exist has none")
    func missing() {
        #expect(ShareFolder.of(executable: "/nonexistent/danmaku") == nil)
    }
}
