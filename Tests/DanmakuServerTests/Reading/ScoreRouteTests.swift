import DanmakuPipeline
import DanmakuServer
import HTTPTypes
import Testing

@Suite("POST /v1/score")
struct ScoreRouteTests {
    @Test("one verdict a text, in order; nothing is published")
    func scores() async throws {
        try await ReadingFixture.with { fixture in
            let answer = try await fixture.post(
                "/v1/score",
                #"{"x":[1,{"texts":2}],"texts":["+a","-b\n","\u725b",""]}"#
            )
            let expected = """
                {"results":[\
                {"score":0.8,"label":"positive","emotion":"happy","confidence":0.9,"affective":true},\
                {"score":-0.8,"label":"negative","emotion":"none","confidence":0.9,"affective":true},\
                {"score":0,"label":"neutral","emotion":"none","confidence":0.9,"affective":true},\
                {"score":0,"label":"neutral","emotion":"none","confidence":0.9,"affective":true}],"model":"sign-1"}
                """
            #expect(answer.status == .ok)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.body == expected)
            #expect(fixture.pipeline.metrics().intake.total == 0)
            #expect(try await fixture.post("/v1/score", #"{"texts":[]}"#).body == #"{"results":[],"model":"sign-1"}"#)
        }
    }

    @Test(
        "a body that is wrong is refused with its code",
        arguments: [
            ("", "invalid_json"), ("[]", "invalid_json"), (#"{"texts":["a"]"#, "invalid_json"),
            (#"{"texts":["a"],}"#, "invalid_json"),
            (#"{"texts":["a"]} x"#, "invalid_json"), (#"{"texts":["\ud800"]}"#, "invalid_utf8"),
            ("{}", "invalid_field"),
            (#"{"texts":"a"}"#, "invalid_field"), (#"{"texts":["a",1]}"#, "invalid_field"),
            (#"{"texts":null}"#, "invalid_field"),
            ("{\"texts\":[\"\(String(repeating: "a", count: 1025))\"]}", "text_too_long"),
        ]
    )
    func badBody(body: String, code: String) async throws {
        try await ReadingFixture.with { fixture in
            let answer = try await fixture.post("/v1/score", body)
            #expect(answer.status == .badRequest)
            #expect(answer.body.hasPrefix("{\"error\":\"\(code)\",\"message\":"))
        }
    }

    @Test("too many texts, too large a body, another type, a server that stops")
    func refusals() async throws {
        try await ReadingFixture.with { fixture in
            let texts = { (count: Int) in
                "{\"texts\":[\(Array(repeating: "\"a\"", count: count).joined(separator: ","))]}"
            }
            #expect(try await fixture.post("/v1/score", texts(1000)).status == .ok)
            let tooMany = try await fixture.post("/v1/score", texts(1001))
            #expect(tooMany.status == .contentTooLarge)
            #expect(tooMany.body.contains("too_many_items"))
            let large = try await fixture.post("/v1/score", String(repeating: " ", count: 1_048_577) + texts(1))
            #expect(large.status == .contentTooLarge)
            #expect(large.body.contains("body_too_large"))
            #expect(
                try await fixture.post("/v1/score", texts(1), type: "application/json; charset=utf-8").status == .ok
            )
            let type = try await fixture.post("/v1/score", texts(1), type: "text/plain")
            #expect(type.status == .unsupportedMediaType)
            #expect(type.body.contains("unsupported_media_type"))
            fixture.readiness.advance(to: .draining)
            let draining = try await fixture.post("/v1/score", texts(1))
            #expect(draining.status == .serviceUnavailable)
            #expect(draining.headers[.retryAfter] != nil)
        }
    }
}
