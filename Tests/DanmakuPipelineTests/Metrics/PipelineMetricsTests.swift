import DanmakuPipeline
import Testing

@Suite("Pipeline metrics")
struct PipelineMetricsTests {
    @Test("the identity takes every term in, once")
    func identity() {
        var metrics = PipelineMetrics()
        #expect(metrics.identityHolds)
        metrics.intake.accepted = 2 + 3 + 5 + 7 + 11 + 13 + 17
        metrics.intake.duplicate = 100
        metrics.intake.rejected = 200
        metrics.intake.shed = 300
        metrics.scoredByModel = 2
        metrics.scoredByCache = 3
        metrics.scoredByFallback = 5
        metrics.unscored[Int(CommentKind.gift.rawValue)] = 7
        metrics.dropped[DropReason.allCases.firstIndex(of: .deadline)!] = 11
        metrics.queueComments = 13
        metrics.inFlightComments = 17
        #expect(metrics.identityHolds)
        #expect(metrics.intake.total == metrics.intake.accepted + 600)
        metrics.inFlightComments -= 1
        #expect(metrics.unaccounted == 1)
        #expect(!metrics.identityHolds)
    }
}
