package import DanmakuPipeline

/// What sources of comments can make the server hold.
package struct IngestBudgets: Sendable {
    /// Connections to the ingest port (`ingest.max-connections`).
    package let connections: ClientBudget
    /// Bytes that were read from sources that wait, by TCP or in a streamed body, and that the pipeline has not taken
    /// (`ingest.max-waiting-bytes`).
    package let waiting: ClientBudget

    /// All of them, in the order they are shown.
    package var all: [ClientBudget] {
        [connections, waiting]
    }

    /// Creates the budgets of one server.
    package init(_ configuration: IngestConfiguration = IngestConfiguration()) {
        connections = ClientBudget(
            name: "ingest-connections",
            unit: .slots,
            limit: configuration.maxConnections,
            perAddress: configuration.maxConnectionsPerAddress
        )
        waiting = ClientBudget(
            name: "ingest-waiting",
            unit: .bytes,
            limit: configuration.maxWaitingBytes,
            perAddress: configuration.maxWaitingBytesPerAddress
        )
    }
}
