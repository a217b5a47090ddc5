import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where log lines go: a file descriptor, or a test's memory.
package protocol LogSink: Sendable {
    /// Takes one whole line, its end included; called from any thread.
    func write(_ line: [UInt8])
}

/// Writes lines to a file descriptor, one at a time.
///
/// The write blocks while the other end of a pipe does not read. A line that cannot be written (the pipe is gone) is lost:
/// logging never stops the server.
package final class FileDescriptorLogSink: LogSink {
    /// Standard error.
    package static let standardError = FileDescriptorLogSink(descriptor: 2)

    private let descriptor: Mutex<Int32>

    /// Creates a sink; the descriptor stays its owner's.
    package init(descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    /// Writes one line, in as many pieces as the kernel wants it.
    package func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { bytes in
                var written = 0
                while written < bytes.count {
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    #if canImport(Glibc)
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    #elseif canImport(Musl)
                    let count = Musl.write(descriptor, rest.baseAddress, rest.count)
                    #else
                    let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                    #endif
                    guard count > 0 else {
                        if count < 0, errno == EINTR {
                            continue
                        }
                        return
                    }
                    written += count
                }
            }
        }
    }
}

/// Keeps lines in memory.
package final class MemoryLogSink: LogSink {
    private let kept = Mutex<[String]>([])

    /// Creates an empty sink.
    package init() {}

    /// The lines so far, without their ends.
    package var lines: [String] {
        kept.withLock { $0 }
    }

    /// Keeps one line.
    package func write(_ line: [UInt8]) {
        kept.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) }
    }
}
