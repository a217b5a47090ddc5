import DanmakuPipeline
import Foundation
import Testing

@Suite("Order of locks")
struct LockOrderTests {
    @Test("a gate may hold what stands inside it, one lock after the other")
    func allowed() {
        let gate = OrderedMutex(.gate, 1)
        let board = OrderedMutex(.insideGate, 2)
        let stripe = OrderedMutex(.insideGate, 3)
        let log = OrderedMutex(.log, 4)
        let sum = gate.withLock { gate in
            gate + board.withLock { $0 } + stripe.withLock { $0 }
        }
        #expect(sum + log.withLock { $0 } == 10)
    }

    @Test("a lock is free again when its holder throws")
    func throwing() {
        struct Failure: Error {}
        let gate = OrderedMutex(.gate, 1)
        #expect(throws: Failure.self) { try gate.withLock { _ in throw Failure() } }
        #expect(gate.withLock { $0 } == 1)
    }

    #if DEBUG
    @Test("a gate under a board traps")
    func gateUnderBoard() async {
        await #expect(processExitsWith: .failure) {
            let gate = OrderedMutex(.gate, 1)
            let board = OrderedMutex(.insideGate, 2)
            board.withLock { _ in gate.withLock { _ in } }
        }
    }

    @Test("a gate under another gate traps")
    func twoGates() async {
        await #expect(processExitsWith: .failure) {
            let first = OrderedMutex(.gate, 1)
            let second = OrderedMutex(.gate, 2)
            first.withLock { _ in second.withLock { _ in } }
        }
    }

    @Test("a board under another board traps")
    func twoBoards() async {
        await #expect(processExitsWith: .failure) {
            let first = OrderedMutex(.insideGate, 1)
            let second = OrderedMutex(.insideGate, 2)
            first.withLock { _ in second.withLock { _ in } }
        }
    }

    @Test("the log's lock under a gate traps, and a gate under the log's")
    func logAndGate() async {
        await #expect(processExitsWith: .failure) {
            let gate = OrderedMutex(.gate, 1)
            let log = OrderedMutex(.log, 2)
            gate.withLock { _ in log.withLock { _ in } }
        }
        await #expect(processExitsWith: .failure) {
            let gate = OrderedMutex(.gate, 1)
            let log = OrderedMutex(.log, 2)
            log.withLock { _ in gate.withLock { _ in } }
        }
    }
    #endif

    // MARK: - The page

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The part of the page that lists the locks.
    private static func page() throws -> Substring {
        let page = try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
        let start = try #require(page.range(of: "## Locks"))
        let end = try #require(page.range(of: "\n## ", range: start.upperBound..<page.endIndex))
        return page[start.upperBound..<end.lowerBound]
    }

    /// The Swift files of the targets that run in a server, with the types that they are named after.
    private static func files() throws -> [(type: String, text: String)] {
        let folders = ["Sources/DanmakuPipeline", "Sources/DanmakuServer"]
        return try folders.flatMap { folder in
            let files = FileManager.default.enumerator(
                at: root.appending(path: folder),
                includingPropertiesForKeys: nil
            )
            return try (files?.compactMap { $0 as? URL } ?? [])
                .filter { $0.pathExtension == "swift" && $0.lastPathComponent != "OrderedMutex.swift" }
                .map { file in
                    let type = file.deletingPathExtension().lastPathComponent.prefix { $0 != "+" }
                    return (String(type), try String(contentsOf: file, encoding: .utf8))
                }
        }
    }

    @Test("the page lists the owner of every lock")
    func listed() throws {
        let page = try Self.page()
        var owners = 0
        for (type, text) in try Self.files() where text.contains(#/\bMutex[<(]|OrderedMutex[<(]/#) {
            #expect(page.contains("`\(type)`"), "\(type) has a lock that docs/architecture.md does not list")
            owners += 1
        }
        #expect(owners > 20)
    }

    @Test(
        "the page names what may be taken under a gate and under the log's lock",
        arguments: [("Shard", "insideGate"), ("LogReplica", "insideLog")]
    )
    func inside(holder: String, order: String) throws {
        let row = try #require(try Self.page().split(separator: "\n").first { $0.hasPrefix("| `\(holder)`") })
        let mayBeTaken = try #require(row.split(separator: "|").last { $0.contains { $0 != " " } })
        var inside = 0
        for (type, text) in try Self.files() where text.contains("(.\(order)") {
            #expect(mayBeTaken.contains("`\(type)`"), "\(type) stands inside the lock of \(holder)")
            inside += 1
        }
        #expect(inside > 0)
    }
}
