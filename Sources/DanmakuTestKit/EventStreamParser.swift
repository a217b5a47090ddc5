/// A parser of Server-Sent Events as the WHATWG standard writes it ("Interpreting an event stream"), byte by byte and
/// without a shortcut: the oracle for everything that this server sends to browsers.
///
/// It shares no code with the encoder.
package struct EventStreamParser {
    /// A dispatched event.
    package struct Event: Sendable, Equatable {
        /// `event`, or `message`.
        package var type: String
        /// The data, its lines joined with LF.
        package var data: String
        /// What a browser would send as `Last-Event-ID` after it.
        package var lastEventID: String
        /// Whether this very event had an `id` field.
        package var hasOwnID: Bool
    }

    /// The events so far.
    package private(set) var events: [Event] = []
    /// What a browser would send as `Last-Event-ID` now.
    package private(set) var lastEventID = ""
    /// The reconnection time in milliseconds, once a `retry` was read.
    package private(set) var retry: Int?
    /// Field names that the standard ignores; a conforming server of ours sends none.
    package private(set) var unknownFields: [String] = []

    private var line: [UInt8] = []
    private var previousWasCR = false
    private var isFirst = true
    private var data = ""
    private var type = ""
    private var idBuffer = ""
    private var hasOwnID = false

    /// Creates a parser at the beginning of a stream.
    ///
    /// - Parameter lastEventID: What the browser keeps from the stream before.
    package init(lastEventID: String = "") {
        self.lastEventID = lastEventID
        idBuffer = lastEventID
    }

    /// Whether bytes of an event that has not ended were read: a stream that ends now loses them.
    package var isWithinEvent: Bool {
        !line.isEmpty || !data.isEmpty || !type.isEmpty || hasOwnID
    }

    /// Reads some bytes.
    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            switch byte {
            case 0x0A where previousWasCR:
                previousWasCR = false
            case 0x0A, 0x0D:
                previousWasCR = byte == 0x0D
                endLine()
            default:
                previousWasCR = false
                line.append(byte)
            }
        }
    }

    private mutating func endLine() {
        if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) {
            line.removeFirst(3)
        }
        isFirst = false
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else {
            dispatch()
            return
        }
        // On bytes, because a colon and a combining mark after it are one character to Swift.
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            take(field: String(decoding: line, as: UTF8.self), value: "")
            return
        }
        guard colon > 0 else {
            return
        }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") {
            value.removeFirst()
        }
        take(field: String(decoding: line[..<colon], as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }

    private mutating func take(field: String, value: String) {
        switch field {
        case "event":
            type = value
        case "data":
            data += value + "\n"
        case "id":
            if !value.unicodeScalars.contains("\u{0}") {
                idBuffer = value
                hasOwnID = true
            }
        case "retry":
            if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                retry = Int(value)
            }
        default:
            unknownFields.append(field)
        }
    }

    private mutating func dispatch() {
        lastEventID = idBuffer
        defer {
            data = ""
            type = ""
            hasOwnID = false
        }
        guard !data.isEmpty else {
            return
        }
        data.removeLast()
        events.append(
            Event(
                type: type.isEmpty ? "message" : type,
                data: data,
                lastEventID: lastEventID,
                hasOwnID: hasOwnID
            )
        )
    }
}
