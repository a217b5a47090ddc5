import DanmakuPipeline
import Testing

@Suite("Histogram")
struct HistogramTests {
    @Test("a value falls into the first bucket whose bound is not below it")
    func buckets() {
        var histogram = Histogram(bounds: [1, 5, 10])
        for value: Int64 in [-3, 0, 1, 2, 5, 6, 10, 11, 1000] {
            histogram.observe(value)
        }
        #expect(histogram.counts == [3, 2, 2, 2])
        #expect(histogram.count == 9)
        #expect(histogram.sum == 1035)
    }

    @Test("several observations of one value, and the sum of two histograms")
    func merging() {
        var left = Histogram.seconds()
        left.observe(1_000_000, count: 300)
        var right = Histogram.seconds()
        right.observe(50_000_000_000, count: 2)
        left.merge(right)
        #expect(left.count == 302)
        #expect(left.sum == 100_300_000_000)
        #expect(left.counts.last == 2)
    }

    @Test("bounds ascend and hold the figures that are promised", arguments: [Histogram.seconds(), .batchSizes()])
    func bounds(of histogram: Histogram) {
        #expect(zip(histogram.bounds, histogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(histogram.counts.count == histogram.bounds.count + 1)
        let promised: [Int64] = histogram.unitsPerOne == 1 ? [64, 256] : [15_000_000, 60_000_000]
        #expect(promised.allSatisfy { histogram.bounds.contains($0) })
    }
}
