import DanmakuServer
import Testing

@Suite("Configuration file")
struct ConfigurationFileTests {
    private func pairs(_ text: String, path: String = "a.yaml") throws -> [String] {
        try ConfigurationFile.settings(in: text, path: path).map { "\($0.name)=\($0.value)" }
    }

    @Test("Nested and dotted keys say the same, in YAML and in JSON")
    func shapes() throws {
        #expect(try pairs("http:\n  port: 8080\n  host: 0.0.0.0\n") == ["http.port=8080", "http.host=0.0.0.0"])
        #expect(try pairs("http.port: 8080 # comment") == ["http.port=8080"])
        let json = "{\n\t\"http\": {\"port\": 8080, \"host\": \"::1\"},\n\t\"demo.enabled\": true}"
        #expect(try pairs(json, path: "a.JSON").sorted() == ["demo.enabled=true", "http.host=::1", "http.port=8080"])
        #expect(try pairs("{\"http\": {\"port\": 8080}}") == ["http.port=8080"], "JSON without the suffix is YAML too")
        #expect(try pairs("") == [])
        #expect(try pairs("# nothing\n") == [])
    }

    @Test("A list is its elements joined by commas; quoted words stay words")
    func lists() throws {
        #expect(
            try pairs("http: {cors-origin: [\"https://a\", \"https://b\"]}") == ["http.cors-origin=https://a,https://b"]
        )
        #expect(try pairs("scoring.model: \"\"") == ["scoring.model="])
        #expect(try pairs("scoring.model: \"null\"") == ["scoring.model=null"])
        #expect(try pairs("log.level: 'debug'") == ["log.level=debug"])
    }

    @Test(
        "What is no set of keys is a problem that names the file",
        arguments: [
            ("http: [", "a.yaml"), ("{", "a.json"), ("- 1\n- 2", "a.yaml"), ("5", "a.yaml"), ("[]", "a.json"),
            ("http.port:", "a.yaml"), ("http: {port: null}", "a.yaml"), ("{\"http\":{\"port\":null}}", "a.json"),
            ("http: [{port: 1}]", "a.yaml"), ("http.port: 1\nhttp: {port: 2}", "a.yaml"), ("a: 1\na: 2", "a.yaml"),
        ]
    )
    func problems(text: String, path: String) {
        do {
            let settings = try ConfigurationFile.settings(in: text, path: path)
            Issue.record("accepted as \(settings)")
        } catch {
            #expect("\(error)".contains(path))
            #expect(!"\(error)".contains("\n"), "one line")
        }
    }
}
