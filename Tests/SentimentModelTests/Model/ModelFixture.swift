import Foundation

@testable import SentimentModel

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("danmaku-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file.path
    }

    func write(_ name: String, _ lines: [String]) throws -> String {
        try write(name, Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}

/// A small model and what it was trained on.
enum ModelFixture {
    static let praise = ["好听", "太强了", "喜欢这个", "爱了爱了", "good song", "love this"]
    static let blame = ["难听", "太菜了", "讨厌这个", "吐了吐了", "bad song", "hate this"]
    static let plain = ["第一次看", "几点开始", "路过一下", "在吗在吗", "what time is it", "third episode"]

    /// Labelled lines, the same from the same seed.
    static func lines(count: Int, seed: UInt64) -> [String] {
        var random = SplitMix64(seed: seed)
        return (0..<count)
            .map { index in
                let (label, texts) = [("negative", blame), ("neutral", plain), ("positive", praise)][index % 3]
                let text = texts[Int(random.next() % UInt64(texts.count))]
                return "\(label)\t\(text)\(random.next() % 2 == 0 ? "" : "啊")"
            }
    }

    static func settings() -> TrainingSettings {
        var settings = TrainingSettings()
        settings.name = "fixture-1"
        settings.lines = 512
        settings.epochs = 4
        settings.minimumCount = 1
        return settings
    }

    /// The bytes of a model file.
    static func bytes(settings: TrainingSettings = settings(), seed: UInt64 = 1) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let train = try folder.write("train.tsv", lines(count: 600, seed: seed))
        return try Trainer(settings: settings).train(on: [TrainingFile(path: train)], dev: [], excluding: []) { _ in }
    }
}
