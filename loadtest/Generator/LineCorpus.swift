import NIOCore

/// Ingest lines encoded once and sent round and round, so that the generator costs little beside the server.
///
/// With ids, each line holds a place of twelve digits that is filled in when it is sent: every sent line is a comment
/// of its own to the server's dedupe window.
struct LineCorpus: Sendable {
    private static let idDigits = 12

    private let bytes: [UInt8]
    /// Where each line ends; line `n` begins where `n - 1` ends.
    private let ends: [Int]
    /// Where in each line the id's digits stand; 0 without ids.
    private let idOffset: Int

    /// Encodes lines.
    ///
    /// - Parameters:
    ///   - texts: What is said, dealt out to the rooms in turn.
    ///   - rooms: Room names in need of no escaping.
    ///   - idPrefix: What the ids of these lines begin with, or `nil` for lines without ids.
    init(texts: [[UInt8]], rooms: [String], idPrefix: String?) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        let opening = Array((idPrefix.map { #"{"id":"\#($0)"# } ?? "{").utf8)
        let places = Array(String(repeating: "0", count: Self.idDigits).utf8) + Array("\",".utf8)
        // As many lines as it takes for every room to have had its turn.
        let count = max(texts.count, rooms.count)
        for line in 0..<count {
            bytes += opening
            if idPrefix != nil {
                bytes += places
            }
            bytes += Array(#""room":"\#(rooms[line % rooms.count])","text":""#.utf8)
            for byte in texts[line % texts.count] where byte >= 0x20 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    bytes.append(UInt8(ascii: "\\"))
                }
                bytes.append(byte)
            }
            bytes += Array("\"}\n".utf8)
            ends.append(bytes.count)
        }
        self.bytes = bytes
        self.ends = ends
        idOffset = idPrefix == nil ? 0 : opening.count
    }

    /// Lines in one round.
    var count: Int {
        ends.count
    }

    /// Copies lines out.
    ///
    /// - Parameters:
    ///   - first: How many lines were sent before; also the id of the first.
    ///   - most: The most lines to copy; fewer are copied at the end of a round or where the bytes are reached.
    ///   - mostBytes: About how many bytes to copy.
    ///   - allocator: Where the copy's memory comes from.
    /// - Returns: The lines and how many they are, at least one.
    func lines(from first: Int, most: Int, mostBytes: Int, allocator: ByteBufferAllocator) -> (ByteBuffer, Int) {
        let start = first % ends.count
        let begin = start == 0 ? 0 : ends[start - 1]
        var end = start + 1
        while end < ends.count, end - start < most, ends[end] - begin <= mostBytes {
            end += 1
        }
        var buffer = allocator.buffer(capacity: ends[end - 1] - begin)
        bytes.withUnsafeBytes { whole in
            _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: whole[begin..<ends[end - 1]]))
        }
        if idOffset > 0 {
            buffer.withUnsafeMutableReadableBytes { copy in
                for line in start..<end {
                    let place = (line == 0 ? 0 : ends[line - 1]) - begin + idOffset
                    Self.write(first + line - start, into: copy, at: place)
                }
            }
        }
        return (buffer, end - start)
    }

    private static func write(_ number: Int, into bytes: UnsafeMutableRawBufferPointer, at place: Int) {
        var rest = number
        for digit in stride(from: idDigits - 1, through: 0, by: -1) where rest > 0 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            bytes[place + digit] = UInt8(ascii: "0") + UInt8(remainder)
            rest = quotient
        }
    }
}
