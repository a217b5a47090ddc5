package import DanmakuPipeline
import Synchronization

/// What the server holds besides the pipeline and the clients' budgets: the program, the model, the open connections.
///
/// The components of `/health/memory` explain the resident memory, so that a leak shows as the difference.
package final class MemoryParts: Sendable {
    /// Bytes of an HTTP connection: its channel, handlers and task, a stream's subscriber included.
    ///
    /// Measured: 1,500 idle connections took 25 KiB each.
    private static let httpConnectionBytes = 26 << 10
    /// Bytes of an ingest connection with its decoder and a read buffer.
    ///
    /// Measured: 900 connections took 37 KiB each.
    private static let ingestConnectionBytes = 38 << 10

    private let model: Int
    private let httpConnections: @Sendable () -> Int
    private let ingestConnections: @Sendable () -> Int
    private let program = Atomic(0)

    /// Creates the parts of one server.
    ///
    /// - Parameters:
    ///   - model: Bytes of the model's file and its index.
    ///   - httpConnections: How many HTTP connections are open.
    ///   - ingestConnections: How many ingest connections are open.
    package init(
        model: Int = 0,
        httpConnections: @escaping @Sendable () -> Int = { 0 },
        ingestConnections: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.model = model
        self.httpConnections = httpConnections
        self.ingestConnections = ingestConnections
    }

    /// Takes what is resident now, the model apart, for the program itself: code, runtime, lexicon, threads.
    ///
    /// Called once, when the server is ready and holds nothing of a client yet.
    ///
    /// - Parameter resident: Bytes that are resident; `nil` where the system does not say.
    package func began(resident: Int?) {
        program.store(max(0, (resident ?? 0) - model), ordering: .relaxed)
    }

    /// The rows.
    package var components: [PipelineMetrics.Component] {
        let http = httpConnections()
        let ingest = ingestConnections()
        return [
            .init("program", bytes: program.load(ordering: .relaxed), count: 1),
            .init("model", bytes: model, count: model > 0 ? 1 : 0),
            .init("http-buffers", bytes: http * Self.httpConnectionBytes, count: http),
            .init("ingest-buffers", bytes: ingest * Self.ingestConnectionBytes, count: ingest),
        ]
    }
}
