import DanmakuServer
import Testing

@Suite("Configuration sources")
struct ConfigurationSourcesTests {
    private func flag(_ name: String, _ value: String, _ flag: String = "--set") -> ConfigurationSetting {
        ConfigurationSetting(name: name, value: value, origin: .commandLine(flag))
    }

    private func file(_ text: String, path: String = "danmaku.yaml") throws -> [ConfigurationSetting] {
        try ConfigurationFile.settings(in: text, path: path)
    }

    private func problem(_ sources: ConfigurationSources) -> String? {
        do {
            _ = try sources.resolve()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("Without sources every key has its default")
    func defaults() throws {
        let values = try ConfigurationSources().resolve()
        #expect(values.entries.map(\.key.name) == ConfigurationTable.keys.map(\.name))
        #expect(values.entries.allSatisfy { $0.origin == .builtIn && $0.text == $0.key.defaultValue })
    }

    @Test("Command line wins over environment, environment over file, file over default")
    func precedence() throws {
        var sources = ConfigurationSources(
            commandLine: [flag("http.port", "1", "--http-port")],
            environment: ["DANMAKU_HTTP_PORT": "2", "DANMAKU_INGEST_PORT": "3", "PATH": "/bin"],
            file: try file("http.port: 4\ningest.port: 5\nrooms: {max: 6}")
        )
        let values = try sources.resolve()
        #expect(values.integer("http.port") == 1)
        #expect(values.origin(of: "http.port") == .commandLine("--http-port"))
        #expect(values.integer("ingest.port") == 3)
        #expect(values.origin(of: "ingest.port") == .environment("DANMAKU_INGEST_PORT"))
        #expect(values.integer("rooms.max") == 6)
        #expect(values.origin(of: "rooms.max") == .file("danmaku.yaml"))
        #expect(values.integer("http.max-connections") == 16_000)

        sources.file = try file("http.port: none")
        #expect(problem(sources)?.contains("http.port") == true, "an overridden value is checked all the same")
    }

    @Test("An unknown key stops the start, wherever it is, with a hint at a near name")
    func unknownKeys() throws {
        let expected = "there is no such key; did you mean http.port?"
        #expect(problem(ConfigurationSources(commandLine: [flag("http.prot", "1")]))?.contains(expected) == true)
        #expect(problem(ConfigurationSources(file: try file("http: {prot: 1}")))?.contains(expected) == true)
        let environment = problem(ConfigurationSources(environment: ["DANMAKU_HTTP_PROT": "1"]))
        #expect(environment?.contains("DANMAKU_HTTP_PROT") == true)
        #expect(environment?.contains("no such key; did you mean DANMAKU_HTTP_PORT?") == true)
    }

    @Test("Variables that Kubernetes makes for a service of our name are no keys")
    func serviceLinks() {
        let links = [
            "DANMAKU_PORT": "tcp://10.0.0.1:8080", "DANMAKU_PORT_8080_TCP": "tcp://10.0.0.1:8080",
            "DANMAKU_SERVICE_HOST": "10.0.0.1", "DANMAKU_SERVICE_PORT": "8080",
        ]
        #expect(problem(ConfigurationSources(environment: links)) == nil)
    }

    @Test(
        "A value that does not parse or is out of range is one line with key, value, origin and range",
        arguments: [
            ("http.port", "70000"), ("http.port", "-1"), ("http.port", "80 "), ("http.port", ""), ("http.port", "8e3"),
            ("http.port", "99999999999999999999"), ("privacy.expose-uid", "maybe"), ("log.format", "xml"),
            ("log.level", "INFO"), ("heartbeat-seconds", "0"), ("batching.max-batch", "1.5"),
        ]
    )
    func notAllowed(name: String, value: String) throws {
        let key = try #require(ConfigurationTable.key(name))
        let line = "\(name) = \"\(value)\" (--set): expected \(key.allowed)"
        #expect(problem(ConfigurationSources(commandLine: [flag(name, value)])) == line)
        let variable = problem(ConfigurationSources(environment: [key.environmentName: value]))
        #expect(variable?.hasPrefix("\(name) = \"\(value)\" (environment \(key.environmentName))") == true)
    }

    @Test("Both bounds of a range are allowed")
    func bounds() throws {
        for key in ConfigurationTable.keys {
            guard case .integer(let range) = key.kind else {
                continue
            }
            for value in [range.lowerBound, range.upperBound] {
                let values = try ConfigurationSources(commandLine: [flag(key.name, String(value))]).resolve()
                #expect(values.integer(key.name) == value)
            }
        }
    }

    @Test("A flag and a --set of one key are refused, and so are two --set")
    func twice() {
        let both = [flag("http.port", "1", "--http-port"), flag("http.port", "1")]
        #expect(
            problem(ConfigurationSources(commandLine: both))
                == "http.port is given twice on the command line: \"1\" (--http-port) and \"1\" (--set)"
        )
        #expect(problem(ConfigurationSources(commandLine: [flag("rooms.max", "1"), flag("rooms.max", "2")])) != nil)
    }

    @Test("--set splits at its first =, and keeps commas")
    func setArgument() throws {
        let setting = try ConfigurationSources.setting(fromArgument: "http.cors-origin=https://a.example,https://b?x=1")
        #expect(setting == flag("http.cors-origin", "https://a.example,https://b?x=1"))
        #expect(try ConfigurationSources.setting(fromArgument: "scoring.model=").value.isEmpty)
        for argument in ["http.port", "=1", ""] {
            #expect(throws: ConfigurationProblem.self) {
                try ConfigurationSources.setting(fromArgument: argument)
            }
        }
    }

    @Test("A missing file is one line")
    func missingFile() {
        var sources = ConfigurationSources()
        #expect(throws: ConfigurationProblem("nowhere.yaml (--config) cannot be read: No such file or directory")) {
            try sources.readFile("nowhere.yaml")
        }
    }
}
