#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Takes an HTTP/1.1 answer apart: status, then the payload without its chunk frames, in whatever pieces it comes.
struct StreamReader {
    private enum State {
        case head
        case chunkSize
        case chunk(left: Int)
        case chunkEnd(left: Int)
        case plain
        case ended
    }

    private var state = State.head
    private var line: [UInt8] = []
    private var head: [UInt8] = []
    /// The answer's status, once its head is in.
    private(set) var status: Int?

    /// Whether the last chunk has come: the server has ended the answer properly.
    var isEnded: Bool {
        if case .ended = state { true } else { false }
    }

    /// Takes bytes of the answer and hands out the payload in them.
    mutating func payload(of bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .head:
                head.append(bytes[index])
                index += 1
                if head.count >= 4, head.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A] {
                    endHead()
                }
            case .chunkSize:
                let byte = bytes[index]
                index += 1
                guard byte == 0x0A else {
                    line.append(byte)
                    continue
                }
                let size =
                    Int(String(decoding: line.prefix { $0 != 0x0D && $0 != 0x3B }, as: UTF8.self), radix: 16) ?? 0
                line.removeAll(keepingCapacity: true)
                state = size == 0 ? .ended : .chunk(left: size)
            case .chunk(let left):
                let count = min(left, bytes.count - index)
                body(UnsafeRawBufferPointer(rebasing: bytes[index..<(index + count)]))
                index += count
                state = count == left ? .chunkEnd(left: 2) : .chunk(left: left - count)
            case .chunkEnd(let left):
                index += 1
                state = left == 1 ? .chunkSize : .chunkEnd(left: left - 1)
            case .plain:
                body(UnsafeRawBufferPointer(rebasing: bytes[index...]))
                index = bytes.count
            case .ended:
                index = bytes.count
            }
        }
    }

    private mutating func endHead() {
        let text = String(decoding: head, as: UTF8.self).lowercased()
        status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        state = text.contains("transfer-encoding: chunked") ? .chunkSize : .plain
        head = []
    }
}

/// Cuts a payload into Server-Sent Events.
///
/// It knows only what our server writes: `\n` line ends, one `data` line an event.
struct EventReader {
    /// An event as its bytes stand in the buffer; valid only inside the call it is handed to.
    struct Event {
        let name: UnsafeRawBufferPointer
        let id: UnsafeRawBufferPointer
        let data: UnsafeRawBufferPointer
    }

    private var pending: [UInt8] = []

    /// Takes payload and hands out the events that are complete.
    mutating func events(of bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) {
        pending.append(contentsOf: bytes)
        let used = pending.withUnsafeBytes { Self.read($0, body) }
        if used == pending.count {
            pending.removeAll(keepingCapacity: true)
        } else if used > 0 {
            pending.removeSubrange(..<used)
        }
    }

    /// - Returns: How many bytes whole events took.
    private static func read(_ bytes: UnsafeRawBufferPointer, _ body: (Event) -> Void) -> Int {
        let empty = UnsafeRawBufferPointer(start: bytes.baseAddress, count: 0)
        var used = 0
        var start = 0
        var (name, id, data) = (empty, empty, empty)
        while start < bytes.count, let base = bytes.baseAddress,
            let newline = memchr(base + start, 0x0A, bytes.count - start)
        {
            let end = UnsafeRawPointer(newline) - base
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            start = end + 1
            if line.isEmpty {
                if !data.isEmpty || !name.isEmpty {
                    body(Event(name: name, id: id, data: data))
                }
                (name, id, data) = (empty, empty, empty)
                used = start
            } else if let value = line.value(of: "data") {
                data = value
            } else if let value = line.value(of: "event") {
                name = value
            } else if let value = line.value(of: "id") {
                id = value
            }
        }
        return used
    }
}

extension UnsafeRawBufferPointer {
    /// What follows `key:` and one blank, if the line is of that field.
    fileprivate func value(of key: StaticString) -> UnsafeRawBufferPointer? {
        let size = key.utf8CodeUnitCount
        guard count > size, self[size] == UInt8(ascii: ":"), let base = baseAddress,
            memcmp(base, key.utf8Start, size) == 0
        else {
            return nil
        }
        let start = count > size + 1 && self[size + 1] == 0x20 ? size + 2 : size + 1
        return UnsafeRawBufferPointer(rebasing: self[start...])
    }

    /// Where a text first stands from an offset on.
    ///
    /// - Parameters:
    ///   - text: What to look for.
    ///   - offset: Where to begin.
    ///   - anchor: The place of its rarest byte, which is what is really searched for.
    /// - Returns: Where it begins, or `nil`.
    func find(_ text: StaticString, from offset: Int = 0, anchor: Int = 0) -> Int? {
        guard let base = baseAddress else {
            return nil
        }
        let size = text.utf8CodeUnitCount
        var from = offset + anchor
        while from + size - anchor <= count,
            let found = memchr(base + from, Int32(text.utf8Start[anchor]), count - from)
        {
            let start = UnsafeRawPointer(found) - base - anchor
            if start + size <= count, memcmp(base + start, text.utf8Start, size) == 0 {
                return start
            }
            from = start + anchor + 1
        }
        return nil
    }

    /// The digits at an offset.
    func integer(at offset: Int) -> Int {
        var value = 0
        var index = offset
        while index < count, (0x30...0x39).contains(self[index]) {
            value = value &* 10 &+ Int(self[index] - 0x30)
            index += 1
        }
        return value
    }
}
