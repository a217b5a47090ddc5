import DanmakuTestKit
import Foundation
import Testing

/// Wrong files, ports and keys: each failure is one line that a person understands.
@Suite("Failures of the program", .serves, .enabled(if: Executable.path != nil, "the program is not built"))
struct FailureTests {
    /// A command line, with placeholders for files, and what its one line must contain.
    struct Case: Sendable, CustomTestStringConvertible {
        var arguments: String
        var status: Int32 = 64
        var says: String

        init(_ arguments: String, _ status: Int32 = 64, says: String) {
            self.arguments = arguments
            self.status = status
            self.says = says
        }

        var testDescription: String {
            arguments
        }
    }

    private static let serve = "serve --http-port 0 --ingest-port 0"

    /// The placeholders: `MISSING`, `FOLDER`, `EMPTY`, `NOISE` (not UTF-8), `WORDS` (text), `NOPLACE` (in a missing folder).
    static let cases = [
        Case("\(serve) --config MISSING", says: "MISSING (--config) cannot be read: No such file or directory"),
        Case("\(serve) --config FOLDER", says: "FOLDER (--config) cannot be read: Is a directory"),
        Case("\(serve) --config NOISE", says: "NOISE (--config) is not UTF-8"),
        Case("\(serve) --config BROKEN.json", says: "BROKEN.json is not well-formed JSON: "),
        Case("\(serve) --config BROKEN.yaml", says: "BROKEN.yaml is not well-formed YAML: "),
        Case("\(serve) --config WORDS", says: "WORDS holds no keys"),
        Case("\(serve) --model MISSING", says: "MISSING: No such file or directory"),
        Case("\(serve) --model FOLDER", says: "FOLDER: not a regular file"),
        Case("\(serve) --model EMPTY", says: "EMPTY: the file is empty"),
        Case("\(serve) --model WORDS", says: "WORDS: not a model file"),
        Case("\(serve) --web MISSING", says: "http.web-directory = \"MISSING\": there is no such folder"),
        Case("\(serve) --web WORDS", says: "http.web-directory = \"WORDS\": there is no such folder"),
        Case("serve --http-port 7070 --ingest-port 7070", says: "http.port and ingest.port are both 7070"),
        Case("\(serve) --host 203.0.113.7", 69, says: "203.0.113.7 (ingest.host) is not an address of this machine"),
        Case("score --model MISSING", says: "MISSING: No such file or directory"),
        Case("score --model FOLDER", says: "FOLDER: not a regular file"),
        Case("score --lexicon MISSING", says: "MISSING: No such file or directory"),
        Case("score --lexicon FOLDER", says: "FOLDER: Is a directory"),
        Case("score --lexicon WORDS", says: "WORDS, line 1"),
        Case("score --scorer vader --lexicon WORDS", says: "WORDS, line 1"),
        Case("evaluate MISSING", says: "MISSING: No such file or directory"),
        Case("evaluate FOLDER", says: "FOLDER: Is a directory"),
        Case("evaluate WORDS", says: "WORDS, line 1: no tab between label and text"),
        // The output is opened before the work: the unusable input is not read.
        Case("evaluate WORDS --plot NOPLACE", says: "NOPLACE: No such file or directory"),
        Case("train WORDS -o NOPLACE", says: "NOPLACE: No such file or directory"),
        Case("train WORDS -o FOLDER", says: "FOLDER: Is a directory"),
        Case("train MISSING -o RESULT", says: "MISSING: No such file or directory"),
        Case("train FOLDER -o RESULT", says: "FOLDER: not a regular file"),
        Case("train WORDS -o RESULT", says: "WORDS: a line has no tab between label and text"),
        Case("replay MISSING --to 127.0.0.1:1", 1, says: "MISSING: No such file or directory"),
        Case("replay FOLDER --to 127.0.0.1:1", 1, says: "FOLDER: Is a directory"),
        Case("replay WORDS --to 127.0.0.1:1", 1, says: "WORDS is not NDJSON, t_ms<TAB>text or a danmaku XML archive"),
        Case("replay TIMED --to 127.0.0.1:1 --retry-seconds 0", 1, says: "127.0.0.1:1: connection refused"),
    ]

    @Test("is one line, not the dump of an error value", arguments: cases)
    func oneLine(failure: Case) async throws {
        let folder = try TemporaryFolder()
        let files: [String: [UInt8]] = [
            "EMPTY": [], "NOISE": [0xFF, 0xFE, 0x00], "WORDS": Array("some words\n".utf8),
            "TIMED": Array("0\ta\n".utf8), "BROKEN.json": Array("{\"http\":".utf8),
            "BROKEN.yaml": Array("http: [unended".utf8),
        ]
        for (name, bytes) in files {
            _ = try folder.write(name, bytes)
        }
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("FOLDER"),
            withIntermediateDirectories: true
        )
        let names = files.keys + ["FOLDER", "MISSING", "RESULT"]
        func placed(_ text: String) -> String {
            let whole = text.replacing("NOPLACE", with: folder.url.appendingPathComponent("none/file").path)
            return names.sorted { $0.count > $1.count }
                .reduce(whole) { text, name in
                    text.replacing(name, with: folder.url.appendingPathComponent(name).path)
                }
        }
        let program = try Executable(failure.arguments.split(separator: " ").map { placed(String($0)) })
        #expect(await program.exitStatus() == failure.status, "\(program.lines)")
        let complaints = program.lines.filter { $0.hasPrefix("danmaku") }
        #expect(complaints.count == 1, "\(program.lines)")
        #expect(complaints.first?.contains(placed(failure.says)) == true, "\(complaints)")
        for dump in ["NSCocoaErrorDomain", "Error Domain", "errno:", "Optional(", "Swift.", "Context("] {
            #expect(!program.lines.joined().contains(dump), "\(program.lines)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(Set(left) == Set(files.keys + ["FOLDER"]), "nothing is left behind")
    }

    @Test("A misspelled environment variable is one line that names the right one")
    func environment() async throws {
        let program = try Executable(["serve"], environment: ["DANMAKU_HTTP_PROT=8081"])
        #expect(await program.exitStatus() == 64)
        #expect(program.lines.count == 1)
        #expect(program.lines.first?.contains("did you mean DANMAKU_HTTP_PORT?") == true, "\(program.lines)")
    }

    @Test("The version is one line on standard output")
    func version() throws {
        let output = try ChildProgram.run([#require(Executable.path), "--version"], input: [])
        let words = String(decoding: output, as: UTF8.self).split(separator: " ")
        #expect(words.count == 2)
        #expect(words.first == "danmaku")
        #expect(words.last?.last == "\n")
        #expect(words.last?.split(separator: ".").count == 3)
    }

    @Test("The start prints the address of the dashboard, with the port that the system chose")
    func announcement() async throws {
        let program = try Executable("serve", "--http-port", "0", "--ingest-port", "0", "--host", "0.0.0.0")
        let page = try await program.line(containing: "Dashboard  ")
        let ready = try await program.line(containing: "Ready.")
        let port = try #require(ready.split(separator: "http://0.0.0.0:").last?.prefix { $0.isNumber })
        #expect(page.contains("http://127.0.0.1:\(port)/"))
        program.send(SIGTERM)
        #expect(await program.exitStatus() == 0)
    }
}
