import DanmakuServer

/// Configuration files.
///
/// Input: a byte of options (1 JSON), then the text. Rules: a file is refused with one line that names it, or every key
/// has a value and the stages' structs can be made of them. YAML with aliases is left out: it can name more than fits
/// into memory, and the file is the operator's own.
enum ConfigurationHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let isJSON = input.byte() & 1 == 1
        let text = String(decoding: input.rest, as: UTF8.self)
        guard isJSON || !(text.contains("*") && text.contains("&")) else {
            return
        }
        do {
            let settings = try ConfigurationFile.settings(in: text, path: isJSON ? "f.json" : "f.yaml")
            let values = try ConfigurationSources(file: settings).resolve()
            _ = Server.Configuration(values)
            for entry in values.entries where entry.origin != .builtIn {
                let setting = ConfigurationSetting(name: entry.key.name, value: entry.text, origin: .file("again"))
                let again = try ConfigurationSources(file: [setting]).resolve()
                let text = again.entries.first { $0.key.name == entry.key.name }?.text
                try require(text == entry.text, "\(entry.key.name) is \(entry.text), written and read \(text ?? "nil")")
            }
        } catch let problem as ConfigurationProblem {
            try require(!"\(problem)".isEmpty, "a refusal without a word")
        }
    }
}
