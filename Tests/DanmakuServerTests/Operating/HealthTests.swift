import DanmakuPipeline
import Testing

@testable import DanmakuServer

@Suite("Health")
struct HealthTests {
    @Test("ready only while admitting and not saturated", arguments: Readiness.Phase.allCases, [false, true])
    func reasons(phase: Readiness.Phase, isSaturated: Bool) {
        let reasons = OperatingRoutes.reasons(phase: phase, isSaturated: isSaturated)
        switch (phase, isSaturated) {
        case (.starting, _): #expect(reasons == ["starting"])
        case (.draining, _): #expect(reasons == ["draining"])
        case (.admitting, true): #expect(reasons == ["queue_saturated"])
        case (.admitting, false): #expect(reasons.isEmpty)
        }
    }

    @Test("memory alerts from 85 % of a limit on, in bytes or in elements")
    func memory() {
        let report = MemoryReport(
            components: [
                .init("a", bytes: 84, byteLimit: 100, count: 1),
                .init("b", bytes: 85, byteLimit: 100, count: 1),
                .init("c", bytes: 1, count: 90, countLimit: 100),
                .init("d", bytes: 1 << 40, count: 1 << 40),
                .init("e", bytes: 100, byteLimit: 100, count: 1, evicts: true),
            ],
            process: ProcessMetrics(residentBytes: 850, cpuSeconds: nil, openDescriptors: nil, memoryLimit: 1000)
        )
        #expect(report.alerts == ["process", "b", "c"])
        let expected = """
            {"process":{"residentBytes":850,"limitBytes":1000},"components":[\
            {"component":"a","bytes":84,"limitBytes":100,"count":1,"limitCount":null,"evicts":false},\
            {"component":"b","bytes":85,"limitBytes":100,"count":1,"limitCount":null,"evicts":false},\
            {"component":"c","bytes":1,"limitBytes":null,"count":90,"limitCount":100,"evicts":false},\
            {"component":"d","bytes":1099511627776,"limitBytes":null,"count":1099511627776,"limitCount":null,"evicts":false},\
            {"component":"e","bytes":100,"limitBytes":100,"count":1,"limitCount":null,"evicts":true}\
            ],"alertPercent":85,"alerts":["process","b","c"]}
            """
        #expect(String(decoding: report.body, as: UTF8.self) == expected)
    }
}
