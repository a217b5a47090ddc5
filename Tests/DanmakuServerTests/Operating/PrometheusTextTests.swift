import DanmakuPipeline
import Testing

@testable import DanmakuServer

@Suite("Prometheus text")
struct PrometheusTextTests {
    @Test("families, escapes and numbers, byte for byte")
    func bytes() {
        var text = PrometheusText()
        text.family("a_total", .counter, "Back\\slash and\nline.")
        text.sample("a_total", [("x", "q\"\\\n"), ("y", "牛")], 3)
        text.single("b", .gauge, "B.", 0.5)
        let expected = """
            # HELP a_total Back\\\\slash and\\nline.
            # TYPE a_total counter
            a_total{x="q\\"\\\\\\n",y="牛"} 3
            # HELP b B.
            # TYPE b gauge
            b 0.5

            """
        #expect(text.text == expected)
    }

    @Test("numbers as Go reads them")
    func numbers() {
        let expected: [(Double, String)] = [
            (0, "0"), (1, "1"), (-2, "-2"), (0.00005, "5e-05"), (0.25, "0.25"), (1e300, "1e+300"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ]
        for (value, text) in expected {
            #expect(PrometheusText.number(value) == text)
        }
    }

    @Test("a histogram is cumulative, in the exported unit, and ends at +Inf")
    func histogram() throws {
        var histogram = Histogram(bounds: [1_000_000, 1_000_000_000], unitsPerOne: 1_000_000_000)
        histogram.observe(500_000, count: 2)
        histogram.observe(2_000_000)
        histogram.observe(5_000_000_000)
        var text = PrometheusText()
        text.family("t_seconds", .histogram, "T.")
        text.histogram("t_seconds", [("k", "v")], of: histogram)
        let read = try Exposition(text.text)
        #expect(read.value("t_seconds_bucket", ["k": "v", "le": "0.001"]) == 2)
        #expect(read.value("t_seconds_bucket", ["k": "v", "le": "1"]) == 3)
        #expect(read.value("t_seconds_bucket", ["k": "v", "le": "+Inf"]) == 4)
        #expect(read.value("t_seconds_count", ["k": "v"]) == 4)
        #expect(abs(read.value("t_seconds_sum", ["k": "v"])! - 5.003) < 1e-9)
    }

    @Test(
        "the reader of these tests is strict",
        arguments: [
            "a 1", "# TYPE a gauge\na 1\n", "# HELP a A.\n# TYPE a counter\na 1\n",
            "# HELP a A.\n# TYPE a gauge\na 1\na 1\n", "# HELP a A.\n# TYPE a gauge\nb 1\n",
            "# HELP a A.\n# TYPE a gauge\na x\n", "# HELP a A.\n# TYPE a gauge\na{b=\"c} 1\n",
            "# HELP a A.\n# TYPE a gauge\na{1=\"c\"} 1\n", "# HELP a A.\n# TYPE a gauge\na 1 \n",
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        ]
    )
    func strictReader(text: String) {
        #expect(throws: Exposition.Malformed.self) { try Exposition(text) }
    }
}
