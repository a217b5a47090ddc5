/// The settings of the TCP ingest port: keys `ingest.*` and `admission.client-rate`.
package struct IngestConfiguration: Sendable {
    /// `ingest.host`.
    package var host = "127.0.0.1"
    /// `ingest.port`; 0 picks a free one.
    package var port = 9000
    /// `ingest.max-connections`; further ones get an error and are closed.
    package var maxConnections = 1000
    /// `ingest.max-connections-per-address`; further ones get an error and are closed.
    package var maxConnectionsPerAddress = 256
    /// `ingest.idle-timeout-seconds`: how long a client may take to finish its first line.
    package var idleTimeout: Duration = .seconds(60)
    /// `ingest.max-waiting-bytes`: what all clients together may have read and not taken.
    package var maxWaitingBytes = 128 * 1024 * 1024
    /// `ingest.max-waiting-bytes-per-address`.
    package var maxWaitingBytesPerAddress = 64 * 1024 * 1024
    /// `ingest.proxy-protocol`.
    package var proxyProtocol = ProxyProtocol.off
    /// `ingest.trusted-proxies`: address ranges, separated by commas.
    package var trustedProxies = ""
    /// `ingest.line-timeout-seconds`: how long a line may take from its first byte to its end.
    package var lineTimeout: Duration = .seconds(30)
    /// `ingest.max-line-bytes`, without the line's end.
    package var maxLineBytes = 8192
    /// `admission.client-rate`: comments a second that a connection is read at; 0 for no limit.
    package var clientRate = 0.0
    /// How long a client may leave its answers unread once 64 KiB of them wait.
    package var progressTimeout: Duration = .seconds(30)
    /// How many bytes of them it has to read in that time.
    package var progressBytes = 4 * 1024
    /// How long a trusted proxy may take to send its header.
    package var proxyHeaderTimeout: Duration = .seconds(5)
    /// How long input is thrown away between the shut output and the close.
    package var linger: Duration = .seconds(1)
    /// The longest that an acknowledgement is held back.
    package var acknowledgeInterval: Duration = .milliseconds(100)
    /// How many lines an acknowledgement is held back for.
    package var acknowledgeLines = 1000
    /// Above this many bytes of unread answers reading stops; it goes on below half of it.
    package var unreadAnswerBytes = 64 * 1024
    /// `SO_RCVBUF`, which also bounds what still arrives with a FIN after reading was stopped.
    package var receiveBufferBytes = 256 * 1024

    /// Creates the defaults.
    package init() {}

    /// Whether connections begin with a header of the PROXY protocol, version 2.
    package enum ProxyProtocol: String, Sendable, CaseIterable {
        /// They do not: the client is the other end of the connection.
        case off
        /// Each does, and comes from one of the trusted proxies: the client is the header's source.
        case require
    }
}
