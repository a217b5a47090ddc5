package import DanmakuPipeline

/// Every budget of what clients can make this server hold; the composition root makes it and passes its members on.
///
/// A budget that is listed in ``all`` has its row in `/health/memory` and its metrics.
package struct ClientBudgets: Sendable {
    /// The HTTP port.
    package let http: HTTPBudgets
    /// Event streams.
    package let streams: StreamBudgets
    /// The ingest port, and streamed bodies that wait for the pipeline.
    package let ingest: IngestBudgets

    /// All of them, in the order they are shown.
    package var all: [ClientBudget] {
        http.all + streams.all + ingest.all
    }

    /// Creates the budgets of one server.
    package init(
        http: HTTPLimits = HTTPLimits(),
        streams: StreamLimits = StreamLimits(),
        ingest: IngestConfiguration = IngestConfiguration()
    ) {
        self.http = HTTPBudgets(limits: http)
        self.streams = StreamBudgets(limits: streams)
        self.ingest = IngestBudgets(ingest)
    }
}
