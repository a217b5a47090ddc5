package import DanmakuPipeline
package import Logging

extension Server {
    /// Everything that a server can be told, typed; ``init(_:)`` maps the key table onto it.
    package struct Configuration: Sendable {
        /// The HTTP port (`http.*`).
        package struct HTTP: Sendable {
            /// `http.host`.
            package var host: String
            /// `http.port`; 0 picks a free one.
            package var port: Int
            /// How much clients can make the server hold.
            package var limits: HTTPLimits
            /// `http.min-body-rate`, bytes a second; 0 for no limit.
            package var minimumBodyRate: Int
            /// `http.head-timeout-seconds`.
            package var headTimeout: Duration
            /// `http.body-timeout-seconds`.
            package var bodyTimeout: Duration
            /// `http.idle-timeout-seconds`.
            package var idleTimeout: Duration
            /// `http.cors-origin`: empty, `*`, or origins parted by commas.
            package var corsOrigin: String
            /// `http.allowed-hosts`: empty, `*`, or names separated by commas.
            package var allowedHosts: String
            /// `http.trusted-proxies`: addresses and CIDR ranges separated by commas.
            package var trustedProxies: String
            /// `http.web-directory`; empty to look for it.
            package var webDirectory: String
        }

        /// The log on standard error (`log.format`, `log.level`).
        package struct Log: Sendable {
            /// `log.format`.
            package var format: LineLogHandler.Format
            /// `log.level`.
            package var level: Logger.Level
        }

        /// The built-in stream (`demo.*`).
        package struct Demo: Sendable {
            /// `demo.enabled`.
            package var isEnabled: Bool
            /// `demo.rate`, comments a second.
            package var rate: Int
        }

        /// The HTTP port.
        package var http: HTTP
        /// The TCP ingest port.
        package var ingest: IngestConfiguration
        /// Comments by HTTP.
        package var comments: CommentRoutes.Configuration
        /// `POST /v1/score`.
        package var scoring: ScoreAdmission.Configuration
        /// Event streams.
        package var streams: StreamLimits
        /// The stages between the edges.
        package var pipeline: PipelineConfiguration
        /// `scoring.model`; empty for the one that ships, or the lexicon.
        package var modelFile: String
        /// `shutdown.grace-seconds`; the owner of the signals measures it.
        package var grace: Duration
        /// The log on standard error; only the executable sets it up.
        package var log: Log
        /// The built-in stream.
        package var demo: Demo
    }
}
