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

    /// Appends the answer to an HTTP request on the ingest port, as HTTP, so that a person who used the wrong port can read it.
    mutating func answerToHTTP() {
        var body = JSONWriter(capacity: 192)
        body.raw("{\"error\":\"invalid_json\",\"message\":")
        body.string("This port accepts one JSON object per line over plain TCP. HTTP is on another port.")
        body.raw("}\n")
        raw("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ")
        integer(body.bytes.count)
        raw("\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n")
        raw(body.bytes)
    }

    /// Appends an acknowledgement: `{"ack":{"lines":…,"accepted":…,"duplicate":…,"rejected":…,"shed":…}}`.
    mutating func acknowledgement(_ tally: IntakeCounts) {
        raw("{\"ack\":{\"lines\":")
        integer(tally.total)
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
