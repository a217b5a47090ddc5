import NIOCore

/// What one ingest connection has sent and been told.
struct IngestTotals: Sendable {
    var sent = 0
    var bytes = 0
    var acknowledged = 0
    var accepted = 0
    var duplicate = 0
    var rejected = 0
    var shed = 0
    /// The most lines that a paced connection was behind its schedule.
    var mostBehind = 0

    static func += (left: inout IngestTotals, right: IngestTotals) {
        left.sent += right.sent
        left.bytes += right.bytes
        left.acknowledged += right.acknowledged
        left.accepted += right.accepted
        left.duplicate += right.duplicate
        left.rejected += right.rejected
        left.shed += right.shed
        left.mostBehind = max(left.mostBehind, right.mostBehind)
    }
}

/// One ingest connection: writes lines while the socket takes them, or as many as are due, and counts the acks.
///
/// Confined to its channel's event loop.
final class IngestSender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A write of this size costs one system call for several hundred lines.
    private static let writeBytes = 64 << 10
    private static let tick = TimeAmount.milliseconds(5)

    private let corpus: LineCorpus
    private let rate: Double?
    private var context: ChannelHandlerContext?
    private var timer: RepeatedTask?
    private var started = NIODeadline.now()
    private var isStopped = false
    private var unfinished = ByteBuffer()
    private(set) var totals = IngestTotals()

    /// - Parameters:
    ///   - corpus: The lines to send.
    ///   - rate: Lines a second, or `nil` for as many as the server takes.
    init(corpus: LineCorpus, rate: Double?) {
        self.corpus = corpus
        self.rate = rate
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        started = .now()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "{\"hello\":{\"ack\":true}}\n")), promise: nil)
        if rate == nil {
            write()
        } else {
            let confined = NIOLoopBound(self, eventLoop: context.eventLoop)
            timer = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { _ in
                confined.value.write()
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            write()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        unfinished.writeBuffer(&buffer)
        while let end = unfinished.readableBytesView.firstIndex(of: 0x0A) {
            let line = unfinished.readString(length: end - unfinished.readerIndex) ?? ""
            unfinished.moveReaderIndex(forwardBy: 1)
            hear(line)
        }
        unfinished.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Sends nothing more; the server answers the end of input with its last ack and closes.
    func stop() {
        guard !isStopped else {
            return
        }
        isStopped = true
        timer?.cancel()
        context?.close(mode: .output, promise: nil)
    }

    private func write() {
        guard let context, !isStopped else {
            return
        }
        var due = Int.max
        if let rate {
            let elapsed = Double((NIODeadline.now() - started).nanoseconds) / 1e9
            due = Int(rate * elapsed) - totals.sent
            totals.mostBehind = max(totals.mostBehind, due)
        }
        while due > 0, context.channel.isWritable {
            let (buffer, lines) = corpus.lines(
                from: totals.sent,
                most: due,
                mostBytes: Self.writeBytes,
                allocator: context.channel.allocator
            )
            totals.sent += lines
            totals.bytes += buffer.readableBytes
            due -= lines
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
    }

    private func hear(_ line: String) {
        guard line.contains("\"ack\":") else {
            return
        }
        totals.acknowledged = Self.integer("lines", in: line)
        totals.accepted = Self.integer("accepted", in: line)
        totals.duplicate = Self.integer("duplicate", in: line)
        totals.rejected = Self.integer("rejected", in: line)
        totals.shed = Self.integer("shed", in: line)
    }

    private static func integer(_ key: String, in line: String) -> Int {
        guard let found = line.firstRange(of: "\"\(key)\":") else {
            return 0
        }
        return Int(line[found.upperBound...].prefix { $0.isASCII && $0.isNumber }) ?? 0
    }
}
