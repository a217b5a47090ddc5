import DanmakuServer
import Testing

@Suite("Limits of connections and of open files")
struct DescriptorPlanTests {
    private static func plan(
        _ descriptors: Int,
        http: (Int, ConfigurationOrigin) = (16_000, .builtIn),
        ingest: (Int, ConfigurationOrigin) = (1000, .builtIn)
    ) throws -> DescriptorPlan {
        try DescriptorPlan(
            descriptors: descriptors,
            http: .init(connections: http.0, origin: http.1),
            ingest: .init(connections: ingest.0, origin: ingest.1)
        )
    }

    @Test("what fits stays as it is")
    func enough() throws {
        for descriptors in [17_064, 20_000, Int.max] {
            let plan = try Self.plan(descriptors)
            #expect(!plan.isReduced)
            #expect((plan.http, plan.ingest) == (16_000, 1000))
        }
        #expect(try Self.plan(17_063).isReduced)
    }

    @Test(
        "defaults give way: a quarter for ingest, the rest for HTTP",
        arguments: [(17_063, 15_999, 1000), (4096, 3032, 1000), (1024, 720, 240), (256, 144, 48), (68, 3, 1)]
    )
    func reduced(descriptors: Int, http: Int, ingest: Int) throws {
        let plan = try Self.plan(descriptors)
        #expect(plan.isReduced)
        #expect((plan.http, plan.ingest) == (http, ingest))
        #expect(plan.http + plan.ingest <= descriptors - DescriptorPlan.reserve)
    }

    @Test("a setting stays, and the other port's default gives way")
    func oneSetting() throws {
        let set = ConfigurationOrigin.commandLine("--set")
        let http = try Self.plan(1024, http: (900, set))
        #expect((http.http, http.ingest) == (900, 60))
        let ingest = try Self.plan(1024, ingest: (900, .file("a.yaml")))
        #expect((ingest.http, ingest.ingest) == (60, 900))
        #expect(try !Self.plan(1024, http: (900, set), ingest: (60, set)).isReduced)
    }

    @Test("a setting that cannot be kept is a problem of one line that names it")
    func refused() {
        let set = ConfigurationOrigin.commandLine("--set")
        let environment = ConfigurationOrigin.environment("DANMAKU_INGEST_MAX_CONNECTIONS")
        let problems: [(() throws -> DescriptorPlan, String)] = [
            ({ try Self.plan(1024, http: (960, set)) }, "http.max-connections = \"960\" (--set): "),
            ({ try Self.plan(1024, ingest: (5000, environment)) }, "ingest.max-connections = \"5000\" (environment"),
            (
                { try Self.plan(1024, http: (900, set), ingest: (61, environment)) },
                "http.max-connections = \"900\" (--set) and ingest.max-connections = \"61\" (environment"
            ),
            ({ try Self.plan(65) }, "the server: the limit of open files is 65"),
            ({ try Self.plan(0) }, "the server: the limit of open files is 0"),
        ]
        for (plan, beginning) in problems {
            let problem = #expect(throws: ConfigurationProblem.self) { try plan() }
            #expect(problem?.description.hasPrefix(beginning) == true, "\(problem?.description ?? "")")
        }
    }

    @Test("the plan of some values knows which of them were set")
    func values() throws {
        let sources = ConfigurationSources(environment: ["DANMAKU_HTTP_MAX_CONNECTIONS": "900"])
        let plan = try sources.resolve().descriptorPlan(descriptors: 1024)
        #expect((plan.http, plan.ingest) == (900, 60))
    }
}
