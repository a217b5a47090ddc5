import DanmakuPipeline
import Testing

@Suite("Service time: a fixed part and a part per row")
struct ServiceTimeEstimateTests {
    @Test("a line is found from batches of different sizes")
    func line() throws {
        var estimate = ServiceTimeEstimate()
        #expect(estimate.nanoseconds(rows: 1) == nil)
        for rows in [1, 200, 17, 64, 3, 128] {
            estimate.observe(rows: rows, nanoseconds: 400_000 + 10_000 * Int64(rows))
        }
        for rows in [1, 50, 256] {
            let told = try #require(estimate.nanoseconds(rows: rows))
            #expect(abs(told - (400_000 + 10_000 * Int64(rows))) < 1_000)
        }
    }

    @Test("batches of one size tell of that size; a falling line is taken as flat")
    func degenerate() throws {
        var same = ServiceTimeEstimate()
        for _ in 0..<10 {
            same.observe(rows: 8, nanoseconds: 90_000)
        }
        let told = try #require(same.nanoseconds(rows: 8))
        #expect(abs(told - 90_000) <= 1)
        #expect(same.nanoseconds(rows: 1) == told)
        var falling = ServiceTimeEstimate()
        falling.observe(rows: 1, nanoseconds: 900_000)
        falling.observe(rows: 100, nanoseconds: 100_000)
        #expect(falling.nanoseconds(rows: 1) == falling.nanoseconds(rows: 100))
    }

    @Test("it follows a scorer that became slower")
    func follows() throws {
        var estimate = ServiceTimeEstimate()
        for _ in 0..<100 {
            estimate.observe(rows: 8, nanoseconds: 1_000)
        }
        for _ in 0..<50 {
            estimate.observe(rows: 8, nanoseconds: 10_000)
        }
        #expect(try #require(estimate.nanoseconds(rows: 8)) > 9_900)
    }
}
