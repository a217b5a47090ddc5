public import DanmakuPipeline
public import Logging

extension Server {
    /// Everything that a server can be told, typed; ``init(_:)`` maps the key table onto it.
    public struct Configuration: Sendable {
        /// The HTTP port (`http.*`).
        public struct HTTP: Sendable {
            /// `http.host`.
            public var host: String
            /// `http.port`; 0 picks a free one.
            public var port: Int
            /// How much clients can make the server hold.
            public var limits: HTTPLimits
            /// `http.min-body-rate`, bytes a second; 0 for no limit.
            public var minimumBodyRate: Int
            /// `http.head-timeout-seconds`.
            public var headTimeout: Duration
            /// `http.body-timeout-seconds`.
            public var bodyTimeout: Duration
            /// `http.idle-timeout-seconds`.
            public var idleTimeout: Duration
            /// `http.cors-origin`: empty, `*`, or origins parted by commas.
            public var corsOrigin: String
            /// `http.allowed-hosts`: empty, `*`, or names separated by commas.
            public var allowedHosts: String
            /// `http.trusted-proxies`: addresses and CIDR ranges separated by commas.
            public var trustedProxies: String
            /// `http.web-directory`; empty to look for it.
            public var webDirectory: String
        }

        /// The log on standard error (`log.format`, `log.level`).
        public struct Log: Sendable {
            /// `log.format`.
            public var format: LineLogHandler.Format
            /// `log.level`.
            public var level: Logger.Level
        }

        /// The built-in stream (`demo.*`).
        public struct Demo: Sendable {
            /// `demo.enabled`.
            public var isEnabled: Bool
            /// `demo.rate`, comments a second.
            public var rate: Int
        }

        /// The HTTP port.
        public var http: HTTP
        /// The TCP ingest port.
        public var ingest: IngestConfiguration
        /// Comments by HTTP.
        public var comments: CommentRoutes.Configuration
        /// `POST /v1/score`.
        public var scoring: ScoreAdmission.Configuration
        /// Event streams.
        public var streams: StreamLimits
        /// The stages between the edges.
        public var pipeline: PipelineConfiguration
        /// `scoring.model`; empty for the one that ships, or the lexicon.
        public var modelFile: String
        /// `shutdown.grace-seconds`; the owner of the signals measures it.
        public var grace: Duration
        /// The log on standard error; only the executable sets it up.
        public var log: Log
        /// The built-in stream.
        public var demo: Demo
    }
}
