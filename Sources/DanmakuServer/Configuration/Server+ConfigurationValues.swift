import DanmakuPipeline
import Logging
import NIOCore

extension Server.Configuration {
    /// Maps every key of ``ConfigurationTable`` onto the struct that it belongs to.
    ///
    /// The table has each key's type, default and range; here is only where it goes.
    package init(_ values: ConfigurationValues) {
        http = HTTP(
            host: values.text("http.host"),
            port: values.integer("http.port"),
            limits: HTTPLimits(values),
            minimumBodyRate: values.integer("http.min-body-rate"),
            headTimeout: values.seconds("http.head-timeout-seconds"),
            bodyTimeout: values.seconds("http.body-timeout-seconds"),
            idleTimeout: values.seconds("http.idle-timeout-seconds"),
            corsOrigin: values.text("http.cors-origin"),
            allowedHosts: values.text("http.allowed-hosts"),
            trustedProxies: values.text("http.trusted-proxies"),
            webDirectory: values.text("http.web-directory")
        )
        ingest = IngestConfiguration(values)
        comments = CommentRoutes.Configuration()
        comments.clientRate = Double(values.integer("admission.client-rate"))
        comments.lineTimeout = values.seconds("ingest.line-timeout-seconds")
        comments.maxLineBytes = values.integer("ingest.max-line-bytes")
        scoring = ScoreAdmission.Configuration(values)
        streams = StreamLimits(values)
        pipeline = PipelineConfiguration(values)
        modelFile = values.text("scoring.model")
        grace = values.seconds("shutdown.grace-seconds")
        log = Log(
            format: LineLogHandler.Format(rawValue: values.text("log.format"))!,
            level: Logger.Level(rawValue: values.text("log.level"))!
        )
        demo = Demo(isEnabled: values.boolean("demo.enabled"), rate: values.integer("demo.rate"))
    }

    /// The defaults of the table.
    package static var standard: Self {
        // Sources without settings cannot hold a wrong one, and the table's own defaults are tested.
        try! Self(ConfigurationSources().resolve())
    }
}

extension HTTPLimits {
    init(_ values: ConfigurationValues) {
        self.init()
        connections = values.integer("http.max-connections")
        connectionsPerAddress = values.integer("http.max-connections-per-address")
        bodyBytes = values.integer("http.max-body-bytes-in-flight")
        bodyBytesPerAddress = values.integer("http.max-body-bytes-per-address")
        answerBytes = values.integer("http.max-answer-bytes-in-flight")
        answerBytesPerAddress = values.integer("http.max-answer-bytes-per-address")
    }
}

extension ScoreAdmission.Configuration {
    init(_ values: ConfigurationValues) {
        self.init()
        maxRequests = values.integer("scoring.max-requests")
        wait = values.milliseconds("scoring.wait-ms")
    }
}

extension IngestConfiguration {
    init(_ values: ConfigurationValues) {
        self.init()
        host = values.text("ingest.host")
        port = values.integer("ingest.port")
        maxConnections = values.integer("ingest.max-connections")
        maxConnectionsPerAddress = values.integer("ingest.max-connections-per-address")
        idleTimeout = values.seconds("ingest.idle-timeout-seconds")
        maxWaitingBytes = values.integer("ingest.max-waiting-bytes")
        maxWaitingBytesPerAddress = values.integer("ingest.max-waiting-bytes-per-address")
        proxyProtocol = ProxyProtocol(rawValue: values.text("ingest.proxy-protocol"))!
        trustedProxies = values.text("ingest.trusted-proxies")
        lineTimeout = values.seconds("ingest.line-timeout-seconds")
        maxLineBytes = values.integer("ingest.max-line-bytes")
        clientRate = Double(values.integer("admission.client-rate"))
    }
}

extension PipelineConfiguration {
    init(_ values: ConfigurationValues) {
        self.init()
        admission.roomRate = Double(values.integer("admission.room-rate"))
        admission.paidRate = Double(values.integer("admission.paid-rate"))
        admission.newRoomsPerMinute = values.integer("admission.new-rooms-per-minute")
        admission.dedupeSeconds = values.integer("admission.dedupe-seconds")
        admission.dedupeIDs = values.integer("admission.dedupe-ids")
        rooms.max = values.integer("rooms.max")
        rooms.idle = .seconds(60 * values.integer("rooms.idle-minutes"))
        batcher.maxBatch = values.integer("batching.max-batch")
        queueLimit = values.integer("batching.queue-limit")
        fanOut = FanOutConfiguration(values)
        breaker = CircuitBreakerConfiguration(values)
        exposesUserID = values.boolean("privacy.expose-uid")
        shardCount = Self.shards(cores: System.coreCount)
    }

    /// Eight shards a core, rounded up to a power of two: enough that two hot rooms seldom share one.
    static func shards(cores: Int) -> Int {
        var count = 8
        while count < 8 * cores, count < 1024 {
            count *= 2
        }
        return count
    }
}

extension FanOutConfiguration {
    init(_ values: ConfigurationValues) {
        self.init()
        flushRate = values.integer("fanout.flush-rate")
        frameBytes = values.integer("fanout.frame-bytes")
        displayRate = values.integer("fanout.display-rate")
        moodRate = values.integer("fanout.mood-rate")
        maximumLagBytes = values.integer("fanout.max-lag-bytes")
        ringBytes = values.integer("log.ring-bytes")
        heartbeat = values.seconds("heartbeat-seconds")
    }
}

extension StreamLimits {
    init(_ values: ConfigurationValues) {
        self.init()
        streams = values.integer("fanout.max-streams")
        streamsPerAddress = values.integer("fanout.max-streams-per-address")
        watchedRooms = values.integer("fanout.max-watched-rooms")
        watchedRoomsPerAddress = values.integer("fanout.max-watched-rooms-per-address")
        joins = values.integer("fanout.join-queue")
        joinsPerAddress = values.integer("fanout.join-queue-per-address")
    }
}

extension CircuitBreakerConfiguration {
    init(_ values: ConfigurationValues) {
        self.init()
        minCalls = values.integer("breaker.min-calls")
        window = values.seconds("breaker.window-seconds")
        failurePercent = values.integer("breaker.failure-percent")
        slowPercent = values.integer("breaker.slow-percent")
        consecutiveFailures = values.integer("breaker.consecutive-failures")
        wait = values.milliseconds("breaker.wait-ms")
        maxWait = values.milliseconds("breaker.max-wait-ms")
        forgetAfter = values.seconds("breaker.forget-seconds")
        probes = values.integer("breaker.probes")
        slowFactor = values.integer("breaker.slow-factor")
        slowFloor = values.milliseconds("breaker.slow-ms")
        timeout = values.milliseconds("breaker.timeout-ms")
    }
}
