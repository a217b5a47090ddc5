import DanmakuServer
import Testing

@Suite("Configuration table")
struct ConfigurationTableTests {
    @Test("Names and environment variables are distinct, and a name is lower case with dots and dashes")
    func names() {
        let keys = ConfigurationTable.keys
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(keys.map(\.environmentName)).count == keys.count)
        for key in keys {
            #expect(key.name.allSatisfy { $0 == "." || $0 == "-" || ("a"..."z").contains($0) }, "\(key.name)")
            #expect(key.summary.hasSuffix("."), "\(key.name)")
            #expect(!key.summary.contains("\n"))
        }
        #expect(ConfigurationTable.key("http.max-connections")?.environmentName == "DANMAKU_HTTP_MAX_CONNECTIONS")
    }

    /// The names and defaults that outsiders rely on; adding is fine, changing is not.
    @Test(
        "The contract's keys have the contract's defaults",
        arguments: [
            ("http.host", "127.0.0.1"), ("http.port", "8080"), ("http.max-connections", "16000"),
            ("http.head-timeout-seconds", "10"), ("http.body-timeout-seconds", "30"),
            ("ingest.host", "127.0.0.1"), ("ingest.port", "9000"), ("ingest.max-connections", "1000"),
            ("ingest.line-timeout-seconds", "30"), ("ingest.max-line-bytes", "8192"),
            ("admission.room-rate", "0"), ("admission.client-rate", "0"), ("admission.dedupe-seconds", "600"),
            ("admission.dedupe-ids", "524288"), ("batching.max-batch", "256"),
            ("batching.queue-limit", "65536"), ("rooms.max", "10000"), ("rooms.idle-minutes", "30"),
            ("fanout.flush-rate", "20"), ("fanout.frame-bytes", "32768"), ("fanout.display-rate", "20"),
            ("fanout.mood-rate", "4"), ("fanout.max-lag-bytes", "8388608"), ("log.ring-bytes", "33554432"),
            ("heartbeat-seconds", "15"), ("shutdown.grace-seconds", "20"), ("privacy.expose-uid", "false"),
        ]
    )
    func contract(name: String, value: String) {
        #expect(ConfigurationTable.key(name)?.defaultValue == value)
    }

    @Test("The report has one line a key, in three forms")
    func report() throws {
        let sources = ConfigurationSources(environment: ["DANMAKU_HTTP_PORT": "81"])
        let report = ConfigurationReport(try sources.resolve())
        let count = ConfigurationTable.keys.count
        let human = report.text(.human).split(separator: "\n")
        #expect(human.count == count)
        let port = human.first { $0.hasPrefix("http.port ") }
        #expect(
            port?.split(separator: " ", maxSplits: 2).map { $0.drop { $0 == " " } }.last
                == "environment DANMAKU_HTTP_PORT"
        )
        #expect(report.text(.markdown).split(separator: "\n").count == count + 2)
        let json = report.text(.json)
        #expect(json.contains("\"key\":\"http.port\",\"value\":81,\"origin\":\"environment DANMAKU_HTTP_PORT\""))
        #expect(json.split(separator: "\n").count == count + 2)
    }
}
