#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Cuts a stream of bytes into lines and decodes each as a comment: TCP connections and NDJSON bodies.
///
/// A line ends with `\n` or `\r\n`. All lines are numbered from 1; blank ones and a hello count for nothing else.
/// Every read is copied once, behind what the last read left unfinished; at most one line is kept from read to read.
/// It does not decide when a line has taken too long: ``unfinishedLine`` tells its owner which one to time.
package struct LineDecoder: Sendable {
    /// What one read held.
    package struct Output: Sendable {
        /// The comments and rejections, by line.
        package var chunk: CommentChunk
        /// The hello, if the first line was one.
        package var hello: Hello?
        /// The number of the line that was too long; everything from it on is lost, and nothing more is decoded.
        package var tooLongLine: UInt64?
    }

    /// The number of the last line that ended.
    package private(set) var line: UInt64 = 0
    /// Whether a line was too long: then every further byte is discarded.
    package private(set) var isFinished = false

    private let decoder: CommentDecoder
    private let maxLineBytes: Int
    private let expectsHello: Bool
    private var carry: [UInt8] = []

    /// Creates a decoder.
    ///
    /// - Parameters:
    ///   - maxLineBytes: The longest line, without its end.
    ///   - expectsHello: Whether the first line may be a ``Hello``.
    ///   - fixedRoom: The room of all comments, if it was named outside of them.
    package init(maxLineBytes: Int = 8192, expectsHello: Bool, fixedRoom: RoomName? = nil) {
        decoder = CommentDecoder(fixedRoom: fixedRoom)
        self.maxLineBytes = maxLineBytes
        self.expectsHello = expectsHello
    }

    /// The number of the line that has begun and not ended, if there is one.
    package var unfinishedLine: UInt64? {
        carry.isEmpty ? nil : line + 1
    }

    /// Decodes all lines that end in a read.
    package mutating func decode(_ read: UnsafeRawBufferPointer) -> Output {
        guard !isFinished, let source = read.baseAddress, read.count > 0 else {
            return Output(chunk: CommentChunk())
        }
        guard memchr(source, 0x0A, read.count) != nil else {
            carry.append(contentsOf: read)
            return Output(chunk: CommentChunk(), tooLongLine: refuseLongCarry())
        }
        let front = decoder.fixedRoom?.bytes ?? []
        var output = Output(chunk: CommentChunk())
        output.chunk.bytes.reserveCapacity(front.count + carry.count + read.count)
        output.chunk.bytes.append(contentsOf: front)
        output.chunk.bytes.append(contentsOf: carry)
        output.chunk.bytes.append(contentsOf: read)
        // Lines are seldom shorter.
        output.chunk.comments.reserveCapacity(read.count / 96 + 1)
        let consumed = decodeLines(&output, from: front.count, searchFrom: front.count + carry.count)
        carry.removeAll(keepingCapacity: true)
        if !isFinished {
            carry.append(contentsOf: output.chunk.bytes[consumed...])
            output.tooLongLine = refuseLongCarry()
        }
        return output
    }

    /// Decodes a last line that lacks its end, once no more bytes will come.
    package mutating func finish() -> Output {
        guard unfinishedLine != nil else {
            return Output(chunk: CommentChunk())
        }
        return [UInt8(ascii: "\n")].withUnsafeBytes { decode($0) }
    }

    private mutating func refuseLongCarry() -> UInt64? {
        // A carriage return at the end may belong to the line's end.
        let count = carry.last == 0x0D ? carry.count - 1 : carry.count
        guard count > maxLineBytes else {
            return nil
        }
        isFinished = true
        carry = []
        line += 1
        return line
    }

    /// Decodes every line that ends; gives the index after the last of them.
    private mutating func decodeLines(_ output: inout Output, from first: Int, searchFrom: Int) -> Int {
        var comments = output.chunk.comments
        output.chunk.comments = []
        var rejections: [Rejection] = []
        var hello: Hello?
        var tooLongLine: UInt64?
        var start = first
        output.chunk.bytes.withUnsafeMutableBufferPointer { bytes in
            let base = bytes.baseAddress!
            var search = searchFrom
            while let found = memchr(base + search, 0x0A, bytes.count - search) {
                let newline = base.distance(to: found.assumingMemoryBound(to: UInt8.self))
                var end = newline
                if end > start, base[end - 1] == 0x0D {
                    end -= 1
                }
                line += 1
                guard end - start <= maxLineBytes else {
                    isFinished = true
                    tooLongLine = line
                    return
                }
                if line == 1, expectsHello {
                    hello = decodeFirst(base, from: start, to: end, &comments, &rejections)
                } else {
                    decode(base, from: start, to: end, &comments, &rejections)
                }
                start = newline + 1
                search = start
            }
        }
        output.chunk.comments = comments
        output.chunk.rejections = rejections
        output.hello = hello
        output.tooLongLine = tooLongLine
        return start
    }

    @inline(__always)
    private func decode(
        _ base: UnsafeMutablePointer<UInt8>,
        from start: Int,
        to end: Int,
        _ comments: inout [DecodedComment],
        _ rejections: inout [Rejection]
    ) {
        switch decoder.line(base, from: start, to: end, item: line) {
        case .success(let comment):
            comments.append(comment)
        case .failure(let error):
            if !isBlank(base, from: start, to: end) {
                rejections.append(Rejection(item: line, error: error))
            }
        }
    }

    private func decodeFirst(
        _ base: UnsafeMutablePointer<UInt8>,
        from start: Int,
        to end: Int,
        _ comments: inout [DecodedComment],
        _ rejections: inout [Rejection]
    ) -> Hello? {
        switch Hello.read(UnsafeBufferPointer(start: base + start, count: end - start)) {
        case .hello(let hello):
            return hello
        case .invalidField:
            rejections.append(Rejection(item: line, error: .invalidField))
        case .other:
            decode(base, from: start, to: end, &comments, &rejections)
        }
        return nil
    }

    /// Whether a line that is no object holds only spaces and tabs.
    private func isBlank(_ base: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int) -> Bool {
        UnsafeBufferPointer(start: base + start, count: end - start)
            .allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
