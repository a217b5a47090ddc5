/// The `id` of an event: `<epoch>-<id>`.
package struct EventID: Sendable, Equatable {
    /// Letters and digits.
    package var epoch: [UInt8]
    /// The entry's id (``LogEntry/id``).
    package var id: UInt64

    /// Creates an id.
    package init(epoch: [UInt8], id: UInt64) {
        self.epoch = epoch
        self.id = id
    }

    /// Appends the id; it needs no escaping.
    func encode(into writer: inout JSONWriter) {
        writer.raw(epoch)
        writer.raw("-")
        writer.integer(id)
    }
}

/// Writes one Server-Sent Event (WHATWG HTML, "Server-sent events"): its fields, then a blank line.
struct EventEncoder {
    private(set) var writer: JSONWriter
    private var idCount = 0

    /// Creates an encoder with room for some bytes.
    init(capacity: Int = 256) {
        writer = JSONWriter(capacity: capacity)
    }

    /// Writes the `id`, if there is one; before any other field.
    mutating func id(_ id: EventID?) {
        guard let id else {
            return
        }
        writer.raw("id: ")
        id.encode(into: &writer)
        writer.raw("\n")
        idCount = writer.bytes.count
    }

    /// Writes the event's name, which holds no line end.
    mutating func event(_ name: StaticString) {
        writer.raw("event: ")
        writer.raw(name)
        writer.raw("\n")
    }

    /// Writes `retry`: how long a browser waits before it connects again.
    mutating func retry(milliseconds: Int) {
        writer.raw("retry: ")
        writer.integer(milliseconds)
        writer.raw("\n")
    }

    /// Writes JSON as `data`.
    ///
    /// Compact JSON is one line. If data has a line end, it is split there, so that no text can end a field and
    /// begin another.
    mutating func data(_ encode: (inout JSONWriter) -> Void) {
        writer.raw("data: ")
        let start = writer.bytes.count
        encode(&writer)
        if writer.bytes[start...].contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            split(from: start)
        }
        writer.raw("\n")
    }

    /// Ends the event.
    mutating func finish() -> Frame {
        writer.raw("\n")
        return Frame(bytes: writer.bytes, idCount: idCount)
    }

    /// Makes each CRLF, CR and LF the end of one `data` line and the beginning of the next.
    private mutating func split(from start: Int) {
        let data = Array(writer.bytes[start...])
        writer.bytes.removeSubrange(start...)
        for (index, byte) in data.enumerated() {
            switch byte {
            case 0x0A where index > 0 && data[index - 1] == 0x0D:
                break
            case 0x0A, 0x0D:
                writer.raw("\ndata: ")
            default:
                writer.bytes.append(byte)
            }
        }
    }
}
