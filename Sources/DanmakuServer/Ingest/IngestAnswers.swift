import DanmakuPipeline

extension JSONWriter {
    /// Appends the answer to a bad line: `{"error":"invalid_json","line":17}`.
    mutating func answer(_ rejection: Rejection) {
        raw("{\"error\":\"")
        raw(rejection.error.rawValue.utf8)
        raw("\",\"line\":")
        integer(rejection.item)
        raw("}\n")
    }

    /// Appends the answer that precedes a close: `{"error":"line_too_long","line":18}`.
    mutating func answer(_ failure: IngestFailure) {
        raw("{\"error\":\"")
        raw(failure.code)
        raw("\"")
        if let line = failure.line {
            raw(",\"line\":")
            integer(line)
        }
        raw("}\n")
    }

    /// Appends an acknowledgement: `{"ack":{"lines":…,"accepted":…,"duplicate":…,"rejected":…,"shed":…}}`.
    mutating func acknowledgement(_ tally: IngestTally) {
        raw("{\"ack\":{\"lines\":")
        integer(tally.lines)
        raw(",\"accepted\":")
        integer(tally.accepted)
        raw(",\"duplicate\":")
        integer(tally.duplicate)
        raw(",\"rejected\":")
        integer(tally.rejected)
        raw(",\"shed\":")
        integer(tally.shed)
        raw("}}\n")
    }
}
