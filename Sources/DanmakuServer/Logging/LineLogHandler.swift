package import DanmakuPipeline
package import Logging

/// Writes each log event as one line: for a person, or as one JSON object.
///
/// The executable bootstraps the logging system with it; tests give it their own sink. The sink gets whole lines, so
/// lines of different threads never mix. A message or metadata cannot begin a new line.
package struct LineLogHandler: LogHandler {
    /// The form of a line.
    package enum Format: String, Sendable, CaseIterable {
        /// `2026-01-31T09:26:53.589Z info danmaku: message key=value`
        case human
        /// `{"time":"…","level":"info","logger":"danmaku","message":"…","metadata":{"key":"value"}}`
        case json
    }

    /// The least level that is logged.
    package var logLevel: Logger.Level
    /// Metadata of every event of this logger.
    package var metadata: Logger.Metadata = [:]
    /// Metadata of the task that logs.
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: Format
    private let time: any TimeSource
    private let sink: any LogSink

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - label: The logger's label.
    ///   - format: The form of a line.
    ///   - level: The least level that is logged.
    ///   - time: Where the time of an event comes from.
    ///   - sink: Where lines go.
    package init(
        label: String,
        format: Format,
        level: Logger.Level,
        time: any TimeSource = SystemTime(),
        sink: any LogSink = FileDescriptorLogSink.standardError
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.time = time
        self.sink = sink
    }

    /// One value of ``metadata``.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event.
    package func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() {
            merged.merge(provided) { _, new in new }
        }
        if let own = event.metadata {
            merged.merge(own) { _, new in new }
        }
        if let error = event.error {
            merged["error"] = "\(error)"
        }
        let line = LogLine(
            milliseconds: time.now().milliseconds,
            level: event.level,
            label: label,
            message: event.message.description,
            metadata: merged
        )
        switch format {
        case .human: sink.write(line.human)
        case .json: sink.write(line.json)
        }
    }
}
