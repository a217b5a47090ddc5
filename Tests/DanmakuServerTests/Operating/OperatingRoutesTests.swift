import DanmakuPipeline
import DanmakuServer
import HTTPTypes
import Testing

@Suite("Operating routes")
struct OperatingRoutesTests {
    @Test("live is 200; ready says why not")
    func health() async throws {
        try await ReadingFixture.with { fixture in
            #expect(try await fixture.get("/health/live").body == #"{"status":"live"}"#)
            let ready = try await fixture.get("/health/ready")
            #expect(ready.status == .ok)
            #expect(ready.body == #"{"status":"ready","reasons":[]}"#)
            fixture.readiness.advance(to: .draining)
            let draining = try await fixture.get("/health/ready")
            #expect(draining.status == .serviceUnavailable)
            #expect(draining.body == #"{"status":"unavailable","reasons":["draining"]}"#)
            #expect(try await fixture.get("/health/live").status == .ok)
        }
    }

    @Test("/metrics is what Prometheus takes, and the identity holds in it")
    func metrics() async throws {
        try await ReadingFixture.with { fixture in
            try await fixture.publish(
                #"[{"room":"a","text":"+"},{"room":"a","text":"x","kind":"gift"},{"room":"b","text":"-","id":1},{"room":"b","text":"-","id":1}]"#
            )
            let answer = try await fixture.get("/metrics")
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let read = try Exposition(answer.body)
            let count = { (name: String, labels: [String: String]) in read.value(name, labels) ?? -1 }
            #expect(count("danmaku_comments_total", ["outcome": "received"]) == 4)
            #expect(count("danmaku_comments_total", ["outcome": "accepted"]) == 3)
            #expect(count("danmaku_comments_total", ["outcome": "duplicate"]) == 1)
            #expect(count("danmaku_scored_total", ["by": "model"]) == 2)
            #expect(count("danmaku_unscored_total", ["kind": "gift"]) == 1)
            #expect(count("danmaku_unaccounted_comments", [:]) == 0)
            #expect(count("danmaku_rooms", [:]) == 2)
            #expect(count("danmaku_sojourn_seconds_count", [:]) == 3)
            #expect(count("danmaku_http_connections", [:]) == 3)
        }
    }

    @Test("/health/memory names the components")
    func memory() async throws {
        try await ReadingFixture.with { fixture in
            let body = try await fixture.get("/health/memory").body
            for component in ["rooms", "log", "queue", "dedupe"] {
                #expect(body.contains("{\"component\":\"\(component)\","))
            }
            #expect(body.hasSuffix("\"alerts\":[]}"))
        }
    }
}
