import DanmakuServer
import HTTPTypes
import Testing

/// Every numeric parameter of every route, under the edges of 64-bit integers and doubles.
@Suite("Numbers in queries", .computes)
struct QueryNumberTests {
    /// A parameter of a route.
    struct Parameter: CustomTestStringConvertible {
        var path: String
        var name: String
        var range: ClosedRange<Int64>
        /// What else the query has to say, so that the parameter alone decides.
        var rest = ""

        var testDescription: String {
            "\(path)?\(name)="
        }
    }

    private static let parameters = [
        Parameter(path: "/v1/rooms", name: "limit", range: 1...1000),
        Parameter(path: "/v1/rooms/b/comments", name: "limit", range: 1...1000),
        Parameter(path: "/v1/rooms/b/comments", name: "before", range: 0 ... .max),
        Parameter(path: "/v1/rooms/b/timeline", name: "step", range: 1...3600),
        Parameter(path: "/v1/rooms/b/timeline", name: "from", range: 0 ... .max, rest: "&to=9223372036854775807"),
        Parameter(path: "/v1/rooms/b/timeline", name: "to", range: 0 ... .max, rest: "&from=0"),
    ]

    private static let integers: [Int64] = [
        .min, .min + 1, -9_007_199_254_740_993, -1, 0, 1, 5, 999, 1000, 1001, 3600, 3601, 9_007_199_254_740_991,
        9_007_199_254_740_993, .max - 1, .max,
    ]
    /// What is no integer of 64 bits as JSON writes it.
    private static let nonsense: [String] = [
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1e308", "1e3",
        "5.0", "5.5", "NaN", "nan", "Infinity", "inf", "-inf", "0x5", "", "%20", "%205", "5%20", "+5", "%2B5", "05",
        "-05",
        "--5", "-", "%EF%BC%95", "%D9%A5", "5%00", "5,0", String(repeating: "9", count: 400),
        String(repeating: "0", count: 400) + "5",
    ]

    /// What is written, and what integer it is, if it is one.
    private static var values: [(text: String, value: Int64?)] {
        var values: [(text: String, value: Int64?)] = integers.map { (text: String($0), value: $0) }
        values.append((text: "-0", value: 0))
        for text in nonsense {
            values.append((text: text, value: nil))
        }
        return values
    }

    @Test("each is a value in its range, or refused; the server lives", arguments: parameters)
    func edges(parameter: Parameter) async throws {
        try await ReadingFixture.with { fixture in
            try await fixture.publish(#"[{"room":"b","text":"+1"},{"room":"b","text":"+2"}]"#)
            for (text, value) in Self.values {
                let query = "\(parameter.path)?\(parameter.name)=\(text)\(parameter.rest)"
                let answer = try await fixture.get(query)
                if let value, parameter.range.contains(value) {
                    #expect(answer.status == .ok, "\(query)")
                } else {
                    #expect(answer.status == .badRequest, "\(query)")
                    #expect(answer.body.hasPrefix(#"{"error":"invalid_field","message":"#), "\(query)")
                }
            }
        }
    }

    @Test("a timeline of a stretch that is far off is empty, and one of all time is the hour")
    func stretches() async throws {
        try await ReadingFixture.with { fixture in
            try await fixture.publish(#"[{"room":"b","text":"+1"},{"room":"b","text":"+2"}]"#)
            let far = try await fixture.get(
                "/v1/rooms/b/timeline?from=9223372036854775807&to=9223372036854775807&step=3600"
            )
            #expect(far.status == .ok)
            #expect(far.body.hasSuffix(#""points":[]}"#))
            let all = try await fixture.get("/v1/rooms/b/timeline?from=0&to=9223372036854775807&step=3600")
            #expect(all.body.contains(#""comments":2"#))
        }
    }
}
