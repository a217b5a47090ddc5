// swift-tools-version: 6.2
import PackageDescription

/// `make fuzz` sets it to libFuzzer's library: then there is a product `danmaku-fuzz` (Tests/fuzz/README.md).
let fuzzer = Context.environment["DANMAKU_FUZZER"]
/// `make check-races` sets it: then ThreadSanitizer is told about locks (Tests/races/mutex.c).
let checksRaces = Context.environment["DANMAKU_CHECK_RACES"] != nil

/// One settings array for every target of ours (it does not reach dependencies).
let settings: [SwiftSetting] =
    [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
    + (fuzzer == nil
        ? [] : [.unsafeFlags(["-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table"])])

let package = Package(
    name: "danmaku-sentiment",
    products: [
        .library(name: "SentimentModel", targets: ["SentimentModel"]),
        .executable(name: "danmaku", targets: ["danmaku"]),
        .executable(name: "LoadGenerator", targets: ["LoadGenerator"]),
    ],
    dependencies: [
        // The event loops and sockets under every edge.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // HTTP/1.1 routing, middleware and the connection lifecycle; our SSE writer sits below its response encoder.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Request and response vocabulary that Hummingbird's API is written in.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // `Service` and `ServiceGroup`: one `run()` each, an ordered graceful shutdown.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // The ecosystem's logging façade; the executable alone bootstraps it.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // `Deque` for rings and queues.
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // The command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The precedence of command line, environment, file and default.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "YAML"]),
        // Configuration files are parsed here, because swift-configuration cannot list keys: an unknown one must be an error.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Latency histograms of the load generator (HdrHistogram's format and percentiles).
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // One line of C: the processor's prefetch instruction, which Swift cannot name. Scoring waits for memory more
        // than for anything else, and asking early makes it a third faster.
        .target(name: "CPrefetch"),
        .target(
            name: "SentimentModel",
            dependencies: ["CPrefetch"],
            resources: [.embedInCode("Resources/lexicon.tsv")],
            swiftSettings: settings
        ),
        // Makes and judges models: training, evaluation, VADER. The commands use it, the server does not.
        .target(name: "SentimentLab", dependencies: ["SentimentModel"], swiftSettings: settings),
        .target(
            name: "DanmakuPipeline",
            dependencies: [
                "SentimentModel",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "DanmakuServer",
            dependencies: [
                "DanmakuPipeline",
                "SentimentModel",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        // The client behind `danmaku replay`.
        .target(
            name: "DanmakuReplay",
            dependencies: [
                "SentimentModel",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "danmaku",
            dependencies: [
                "DanmakuReplay",
                "DanmakuServer",
                "DanmakuPipeline",
                "SentimentLab",
                "SentimentModel",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "DanmakuTestKit",
            dependencies: ["DanmakuPipeline", "SentimentLab", "SentimentModel"],
            swiftSettings: settings
        ),
        // The whole server with its clients on one virtual clock and network; tests run seeds of it.
        .target(
            name: "DanmakuSimulation",
            dependencies: [
                "DanmakuServer",
                "DanmakuPipeline",
                "DanmakuTestKit",
                "SentimentModel",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "LoadGenerator",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "loadtest/Generator",
            swiftSettings: settings
        ),
        // The pipeline on one thread, for `loadtest/costs.sh` to count its instructions and allocations.
        .executableTarget(
            name: "CommentCosts",
            dependencies: [
                "CGlobalJobs",
                "DanmakuPipeline",
                "DanmakuTestKit",
                "SentimentModel",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "loadtest/costs",
            swiftSettings: settings
        ),
        .target(name: "CGlobalJobs", path: "loadtest/global-jobs"),
        .testTarget(
            name: "SentimentModelTests",
            dependencies: ["DanmakuTestKit", "SentimentLab", "SentimentModel"],
            exclude: ["Behaviour/Cases"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SentimentLabTests",
            dependencies: ["DanmakuTestKit", "SentimentLab", "SentimentModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DanmakuReplayTests",
            dependencies: ["DanmakuReplay", "DanmakuTestKit"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DanmakuPipelineTests",
            dependencies: ["DanmakuPipeline", "DanmakuTestKit", "SentimentModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DanmakuServerTests",
            dependencies: [
                "DanmakuReplay",
                "DanmakuServer",
                "DanmakuPipeline",
                "DanmakuTestKit",
                "SentimentModel",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DanmakuSimulationTests",
            dependencies: [
                "DanmakuSimulation",
                "DanmakuPipeline",
                "DanmakuTestKit",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ]
)

/// What the harnesses of Tests/fuzz take in, and what they need for it.
let harnessDependencies: [Target.Dependency] = [
    "DanmakuReplay",
    "SentimentLab",
    "DanmakuServer",
    "DanmakuPipeline",
    "DanmakuTestKit",
    "SentimentModel",
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOEmbedded", package: "swift-nio"),
]

if let fuzzer {
    package.targets += [
        .target(
            name: "FuzzHarnesses",
            dependencies: harnessDependencies,
            path: "Tests/fuzz/Harnesses",
            swiftSettings: settings
        ),
        .systemLibrary(name: "CLibFuzzer", path: "Tests/fuzz/CLibFuzzer"),
        .executableTarget(
            name: "danmaku-fuzz",
            dependencies: ["FuzzHarnesses", "CLibFuzzer"],
            path: "Tests/fuzz/Driver",
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags([fuzzer, "-lstdc++"])]
        ),
    ]
} else {
    // The harnesses are a part of their tests, so that no other build compiles them.
    package.targets.append(
        .testTarget(
            name: "FuzzCorpusTests",
            dependencies: harnessDependencies,
            path: "Tests/fuzz",
            exclude: ["CLibFuzzer", "Driver", "README.md", "corpus", "crashes", "run.sh"],
            sources: ["Harnesses", "Replay"],
            swiftSettings: settings
        )
    )
}

if checksRaces {
    package.targets.append(
        .target(name: "CRaceCheckedMutex", path: "Tests/races", exclude: ["run.sh", "suppressions.txt"])
    )
    for target in package.targets where target.name == "DanmakuPipeline" {
        target.dependencies.append(.target(name: "CRaceCheckedMutex"))
    }
}
