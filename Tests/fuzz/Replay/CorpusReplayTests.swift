import DanmakuTestKit
import Foundation
import Testing

/// The inputs that are kept, through the same functions that libFuzzer drives (`Tests/fuzz/README.md`).
@Suite("Fuzz corpus")
struct CorpusReplayTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The files of one harness: our seeds, and what once failed.
    private static func files(of harness: Harness) throws -> [(name: String, bytes: [UInt8])] {
        try ["corpus", "crashes"]
            .flatMap { kind in
                let path = folder.appendingPathComponent(kind).appendingPathComponent(harness.name)
                let names = (try? FileManager.default.contentsOfDirectory(atPath: path.path)) ?? []
                return try names.filter { !$0.hasPrefix(".") }.sorted()
                    .map { name in
                        (
                            "\(kind)/\(harness.name)/\(name)",
                            [UInt8](try Data(contentsOf: path.appendingPathComponent(name)))
                        )
                    }
            }
    }

    private static func run(_ harness: Harness, _ bytes: [UInt8], _ name: String) {
        do {
            try bytes.withUnsafeBytes { try harness.run(FuzzInput($0)) }
        } catch {
            Issue.record("\(name): \(error)")
        }
    }

    @Test("every kept input passes", arguments: Harness.all.map(\.name))
    func corpus(name: String) throws {
        let harness = try #require(Harness.named(name))
        let files = try Self.files(of: harness)
        #expect(files.count >= 5, "\(name) has seeds")
        for file in files {
            Self.run(harness, file.bytes, file.name)
        }
    }

    @Test("mutations of the kept inputs pass", arguments: Harness.all.map(\.name))
    func mutations(name: String) throws {
        let harness = try #require(Harness.named(name))
        let files = try Self.files(of: harness)
        // The same inputs on every run: finding new ones is libFuzzer's work.
        for seed in 0..<UInt64(300) {
            var generator = SeededGenerator(seed: seed)
            var bytes = files[Int.random(in: 0..<files.count, using: &generator)].bytes
            let other = files[Int.random(in: 0..<files.count, using: &generator)].bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                Self.mutate(&bytes, with: other, &generator)
            }
            Self.run(harness, bytes, "\(name), mutation \(seed)")
        }
    }

    private static func mutate(_ bytes: inout [UInt8], with other: [UInt8], _ generator: inout SeededGenerator) {
        let start = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, start + Int.random(in: 0...16, using: &generator))
        switch Int.random(in: 0..<5, using: &generator) {
        case 0 where start < bytes.count:
            bytes[start] = UInt8.random(in: 0...255, using: &generator)
        case 1 where start < bytes.count:
            bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2:
            bytes.removeSubrange(start..<end)
        case 3:
            bytes.insert(contentsOf: bytes[start..<end], at: start)
        default:
            let from = Int.random(in: 0...other.count, using: &generator)
            bytes.insert(contentsOf: other[from..<min(other.count, from + 16)], at: start)
        }
    }
}
