package import SentimentLab

/// A small model and what it was trained on.
package enum ModelFixture {
    /// Texts of the three classes.
    package static let praise = ["好听", "太强了", "喜欢这个", "爱了爱了", "good song", "love this"]
    package static let blame = ["难听", "太菜了", "讨厌这个", "吐了吐了", "bad song", "hate this"]
    package static let plain = ["第一次看", "几点开始", "路过一下", "在吗在吗", "what time is it", "third episode"]

    /// Labelled lines, the same from the same seed.
    package static func lines(count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count)
            .map { index in
                let (label, texts) = [("negative", blame), ("neutral", plain), ("positive", praise)][index % 3]
                let text = texts[Int(random.next() % UInt64(texts.count))]
                return "\(label)\t\(text)\(random.next() % 2 == 0 ? "" : "啊")"
            }
    }

    /// Settings by which training is quick.
    package static func settings() -> TrainingSettings {
        var settings = TrainingSettings()
        settings.name = "fixture-1"
        settings.lines = 512
        settings.epochs = 4
        settings.minimumCount = 1
        return settings
    }

    /// The bytes of a model file.
    package static func bytes(settings: TrainingSettings = settings(), seed: UInt64 = 1) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let train = try folder.write("train.tsv", lines(count: 600, seed: seed))
        return try Trainer(settings: settings).train(on: [TrainingFile(path: train)], dev: [], excluding: []) { _ in }
    }
}
