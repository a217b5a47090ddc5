import DanmakuPipeline
import DanmakuServer
import Testing

@Suite("Server configuration")
struct ServerConfigurationTests {
    private func configuration(_ settings: [(String, String)]) throws -> Server.Configuration {
        let sources = ConfigurationSources(
            commandLine: settings.map { ConfigurationSetting(name: $0, value: $1, origin: .commandLine("--set")) }
        )
        return Server.Configuration(try sources.resolve())
    }

    @Test(
        "HTTP and ingest on one port are refused with both keys, unless their addresses differ",
        arguments: [
            ("127.0.0.1", "127.0.0.1", 70, true), ("0.0.0.0", "127.0.0.1", 70, true), ("::1", "::", 70, true),
            ("127.0.0.2", "127.0.0.1", 70, false), ("127.0.0.1", "127.0.0.1", 0, false),
        ]
    )
    func onePort(http: String, ingest: String, port: Int, isRefused: Bool) throws {
        let one = try configuration(
            [("http.host", http), ("ingest.host", ingest), ("http.port", "\(port)"), ("ingest.port", "\(port)")]
        )
        if isRefused {
            let line = "http.port and ingest.port are both 70: choose another with --http-port or --ingest-port"
            #expect(throws: ConfigurationProblem(line)) { try one.checkPorts() }
        } else {
            try one.checkPorts()
        }
        try configuration([("http.host", http), ("ingest.host", ingest)]).checkPorts()
    }

    @Test("The table's defaults are the defaults of the stages' own structs")
    func defaults() {
        let standard = Server.Configuration.standard
        #expect(dump(standard.ingest) == dump(IngestConfiguration()))
        #expect(dump(standard.comments) == dump(CommentRoutes.Configuration()))
        var pipeline = PipelineConfiguration()
        pipeline.shardCount = standard.pipeline.shardCount
        #expect(dump(standard.pipeline) == dump(pipeline))
    }

    @Test("Every key changes something, so none is forgotten")
    func everyKey() throws {
        let standard = dump(Server.Configuration.standard)
        for key in ConfigurationTable.keys {
            let value =
                switch key.kind {
                case .integer(let range): String(range.upperBound)
                case .boolean: key.defaultValue == "true" ? "false" : "true"
                case .choice(let words): words.first { $0 != key.defaultValue }!
                case .text: "other"
                }
            #expect(try dump(configuration([(key.name, value)])) != standard, "\(key.name)")
        }
    }

    @Test("Units are in the types")
    func units() throws {
        let some = try configuration([
            ("rooms.idle-minutes", "2"), ("breaker.wait-ms", "7"), ("shutdown.grace-seconds", "3"),
            ("admission.client-rate", "9"), ("admission.paid-rate", "7"), ("admission.new-rooms-per-minute", "8"),
            ("privacy.expose-uid", "yes"), ("log.format", "json"),
        ])
        #expect(some.pipeline.rooms.idle == .seconds(120))
        #expect(some.pipeline.breaker.wait == .milliseconds(7))
        #expect(some.grace == .seconds(3))
        #expect(some.ingest.clientRate == 9)
        #expect(some.pipeline.admission.paidRate == 7)
        #expect(some.pipeline.admission.newRoomsPerMinute == 8)
        #expect(some.comments.clientRate == 9)
        #expect(some.pipeline.exposesUserID)
        #expect(some.log.format == .json)
    }

    @Test("What HTTP clients may hold, and how scores are admitted, is where the keys say")
    func httpLimits() throws {
        let some = try configuration([
            ("http.max-connections", "11"), ("http.max-connections-per-address", "12"),
            ("http.max-body-bytes-in-flight", "1048577"), ("http.max-body-bytes-per-address", "1048578"),
            ("http.max-answer-bytes-in-flight", "1048579"), ("http.max-answer-bytes-per-address", "1048580"),
            ("http.min-body-rate", "13"), ("scoring.max-requests", "14"), ("scoring.wait-ms", "15"),
        ])
        var limits = HTTPLimits()
        limits.connections = 11
        limits.connectionsPerAddress = 12
        limits.bodyBytes = 1_048_577
        limits.bodyBytesPerAddress = 1_048_578
        limits.answerBytes = 1_048_579
        limits.answerBytesPerAddress = 1_048_580
        #expect(some.http.limits == limits)
        #expect(some.http.minimumBodyRate == 13)
        #expect(some.scoring.maxRequests == 14)
        #expect(some.scoring.wait == .milliseconds(15))
        #expect(Server.Configuration.standard.http.limits == HTTPLimits())
        #expect(dump(Server.Configuration.standard.scoring) == dump(ScoreAdmission.Configuration()))
    }

    private func dump(_ value: some Any) -> String {
        var text = ""
        Swift.dump(value, to: &text)
        return text
    }
}
