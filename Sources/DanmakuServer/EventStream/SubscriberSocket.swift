import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The options of a subscriber's socket; set on each connection, since Hummingbird's bootstrap takes none for its children.
enum SubscriberSocket {
    /// Bytes that the kernel takes without having sent them: without a bound it swallows megabytes for a reader that
    /// never reads, and "not writable" says nothing about the reader.
    ///
    /// Smaller costs throughput on long paths.
    private static let unsentBytes = 65_536
    /// Milliseconds after which a peer that acknowledges nothing is given up: what is written to it "succeeds" until then.
    private static let unacknowledgedMilliseconds = 20_000
    /// Bytes that the channel holds on top: above the higher one a subscriber lags in the log instead.
    private static let watermarks = ChannelOptions.Types.WriteBufferWaterMark(low: 32_768, high: 65_536)

    /// Sets what the channel knows; what it does not know (a channel without a TCP socket) is left out.
    static func prepare(_ channel: any Channel) {
        guard let options = channel.syncOptions else {
            return
        }
        try? options.setOption(.writeBufferWaterMark, value: watermarks)
        try? options.setOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
        try? options.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: unsentBytes)
        try? options.setOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: unacknowledgedMilliseconds)
        #endif
    }
}
