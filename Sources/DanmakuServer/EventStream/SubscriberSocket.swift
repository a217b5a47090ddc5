import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The options of a subscriber's socket, set on each connection: Hummingbird's bootstrap accepts none for its children.
enum SubscriberSocket {
    /// Bytes that the kernel takes without having sent them: without a bound it swallows megabytes for a reader that
    /// never reads, and "not writable" says nothing about the reader.
    ///
    /// Smaller costs throughput on long paths.
    private static let unsentBytes = 65_536
    /// How much later than the stream's own deadline the kernel gives up a peer that takes nothing.
    ///
    /// The kernel counts a closed window like a dead peer, and a reader that stands still is to be told `evicted` first.
    private static let kernelPatience: Duration = .seconds(15)
    /// Bytes that the channel holds on top: above the higher one a subscriber lags in the log instead.
    private static let watermarks = ChannelOptions.Types.WriteBufferWaterMark(low: 32_768, high: 65_536)

    /// Sets what the channel knows; what it does not know (a channel without a TCP socket) is left out.
    ///
    /// - Parameters:
    ///   - channel: The connection.
    ///   - writeDeadline: How long the stream may take nothing before it is evicted.
    static func prepare(_ channel: any Channel, writeDeadline: Duration) {
        guard let options = channel.syncOptions else {
            return
        }
        try? options.setOption(.writeBufferWaterMark, value: watermarks)
        try? options.setOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
        try? options.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: unsentBytes)
        let milliseconds = TimeAmount(writeDeadline + kernelPatience).nanoseconds / 1_000_000
        try? options.setOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: Int(clamping: milliseconds))
        #endif
    }
}
