#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import NIOPosix

/// Reads a recording, encodes its lines and passes them on when they are due.
struct ReplayProducer: Sendable {
    private static let readSize = 256 << 10
    /// A chunk is written with one system call and crosses two tasks; a few hundred lines make that cheap.
    private static let chunkBytes = 64 << 10
    /// How long a stop may go unnoticed while the recording is silent.
    private static let longestSleep = Duration.milliseconds(200)

    let options: ReplayOptions
    let state: ReplayState

    /// Reads the recording to its end, or over and over.
    func run() async throws {
        defer { state.complete() }
        var loop = 1
        var pacer = ReplayPacer(speed: options.speed)
        while try await pass(loop, &pacer), options.loops, !state.isStopping {
            loop += 1
            pacer.restart()
        }
    }

    /// Reads it once.
    ///
    /// - Returns: Whether it held a line at all.
    private func pass(_ loop: Int, _ pacer: inout ReplayPacer) async throws -> Bool {
        let file = try ReplayFile(path: options.file)
        defer { file.close() }
        state.began(loop: loop, bytesTotal: file.size)
        var chunk = Chunk()
        var scanner: ReplayScanner?
        var archive = Archive()
        var format = ReplayFormat.ndjson
        var isAtEnd = false
        while !isAtEnd && !state.isStopping {
            let block = try await NIOThreadPool.singleton.runIfActive { try file.read(Self.readSize) }
            state.read(bytes: block.count)
            isAtEnd = block.isEmpty
            if scanner == nil {
                guard !isAtEnd, let found = ReplayFormat.detect(block) else {
                    throw ReplayError(
                        description: "\(options.file) is not NDJSON, t_ms<TAB>text or a danmaku XML archive"
                    )
                }
                format = found
                let encoder = ReplayLineEncoder(run: options.run, room: options.room, keepsRooms: options.keepsRooms)
                scanner = ReplayScanner(format: found, encoder: encoder, loop: loop)
            }
            if isAtEnd {
                scanner?.finish()
            } else {
                block.withUnsafeBytes { scanner?.feed($0) }
            }
            defer {
                if let refusals = scanner?.takeRefusals(), refusals.count > 0 {
                    state.refused(refusals)
                }
            }
            if format == .xml && options.speed != nil {
                while let line = scanner?.next(into: &archive.bytes) {
                    archive.add(line)
                }
            } else {
                while let line = scanner?.next(into: &chunk.bytes) {
                    try await pace(line.time, &chunk, &pacer)
                }
            }
        }
        for (time, range) in archive.inOrder() where !state.isStopping {
            chunk.bytes += archive.bytes[range]
            try await pace(time, &chunk, &pacer)
        }
        try await flush(&chunk)
        return chunk.isUsed
    }

    /// Takes in the line that was just encoded: it waits in the chunk until it is due.
    private func pace(_ time: Int64?, _ chunk: inout Chunk, _ pacer: inout ReplayPacer) async throws {
        if options.speed != nil {
            let due = pacer.due(time, now: Self.now())
            if due > Self.now() {
                let waiting = chunk.cutLast()
                try await flush(&chunk)
                try await sleep(until: due)
                chunk.bytes = waiting
            }
        }
        chunk.endLine()
        if chunk.bytes.count >= Self.chunkBytes {
            try await flush(&chunk)
        }
    }

    private func flush(_ chunk: inout Chunk) async throws {
        guard chunk.lines > 0 else {
            return
        }
        let (bytes, lines) = chunk.take(reserving: Self.chunkBytes + 1024)
        try await state.append(bytes, lines: lines)
    }

    private func sleep(until due: Int64) async throws {
        while !state.isStopping {
            let left = Duration.nanoseconds(due - Self.now())
            guard left > .zero else {
                return
            }
            // A replay follows the real clock: which line is due when is decided by ReplayPacer, without one.
            try await Task.sleep(for: min(left, Self.longestSleep), tolerance: .zero)
        }
    }

    private static func now() -> Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    private static let origin = ContinuousClock.now

    /// Lines on their way into the window.
    private struct Chunk {
        var bytes: [UInt8] = []
        private(set) var lines = 0
        private(set) var isUsed = false
        private var end = 0

        mutating func endLine() {
            end = bytes.count
            lines += 1
            isUsed = true
        }

        /// Takes the unended line out again.
        mutating func cutLast() -> [UInt8] {
            let last = Array(bytes[end...])
            bytes.removeLast(last.count)
            return last
        }

        mutating func take(reserving capacity: Int) -> (bytes: [UInt8], lines: Int) {
            let taken = (bytes, lines)
            bytes = []
            bytes.reserveCapacity(capacity)
            lines = 0
            end = 0
            return taken
        }
    }

    /// A whole XML archive: Bilibili's are in no order of time, so pacing has to sort them first.
    private struct Archive {
        var bytes: [UInt8] = []
        private var lines: [(time: Int64, range: Range<Int>)] = []

        mutating func add(_ line: ReplayScanner.Line) {
            lines.append((line.time ?? 0, (lines.last?.range.upperBound ?? 0)..<bytes.count))
        }

        func inOrder() -> [(time: Int64, range: Range<Int>)] {
            // By place in the file where times are equal: `sort` promises no stability.
            lines.sorted { ($0.time, $0.range.lowerBound) < ($1.time, $1.range.lowerBound) }
        }
    }
}

/// A file that is read by blocking calls on a pool of threads.
private struct ReplayFile: Sendable {
    let path: String
    let descriptor: Int32
    let size: Int?

    init(path: String) throws {
        self.path = path
        guard path != "-" else {
            descriptor = STDIN_FILENO
            size = nil
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ReplayError(description: "\(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : nil
    }

    /// The next bytes; none at the end.
    func read(_ count: Int) throws -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var result = -1
            repeat {
                #if canImport(Glibc)
                result = Glibc.read(descriptor, buffer.baseAddress, count)
                #elseif canImport(Musl)
                result = Musl.read(descriptor, buffer.baseAddress, count)
                #else
                result = Darwin.read(descriptor, buffer.baseAddress, count)
                #endif
            } while result < 0 && errno == EINTR
            failure = result < 0 ? errno : 0
            filled = max(0, result)
        }
        guard failure == 0 else {
            throw ReplayError(description: "\(path): \(String(cString: strerror(failure)))")
        }
        return bytes
    }

    func close() {
        guard descriptor != STDIN_FILENO else {
            return
        }
        #if canImport(Glibc)
        _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
        _ = Musl.close(descriptor)
        #else
        _ = Darwin.close(descriptor)
        #endif
    }
}
