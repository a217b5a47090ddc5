#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that a command writes at its end and checks at its start, before hours of work.
///
/// A regular file is replaced by renaming, so that a program that has the old file mapped keeps it; a link keeps pointing
/// to it. Anything else, such as `/dev/stdout` or a pipe, is written in place.
package final class OutputFile: Sendable {
    private enum Target: Sendable {
        /// An open descriptor of something that is not a regular file.
        case inPlace(Int32)
        /// The path of a regular file; its folder is writable.
        case replaced(String)
    }

    private let path: String
    private let target: Target

    /// Checks that the file can be written.
    ///
    /// - Parameter path: The file; it need not exist, but its folder must.
    /// - Throws: ``FileProblem`` with the reason why it cannot be written.
    package init(path: String) throws(FileProblem) {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw FileProblem(path: path, errno: errno)
            }
            target = .inPlace(descriptor)
            return
        }
        var real = path
        if let resolved = realpath(path, nil) {
            real = String(cString: resolved)
            free(resolved)
        }
        let (temporary, descriptor) = try Self.makeTemporary(beside: real)
        close(descriptor)
        unlink(temporary)
        target = .replaced(real)
    }

    deinit {
        if case .inPlace(let descriptor) = target {
            close(descriptor)
        }
    }

    /// Writes the whole content.
    ///
    /// - Throws: ``FileProblem``; the old file is then still there.
    package func write(_ bytes: [UInt8]) throws(FileProblem) {
        switch target {
        case .inPlace(let descriptor):
            guard Self.writeAll(bytes, to: descriptor) else {
                throw FileProblem(path: path, errno: errno)
            }
        case .replaced(let real):
            let (temporary, descriptor) = try Self.makeTemporary(beside: real)
            var failure: Int32 = 0
            if !Self.writeAll(bytes, to: descriptor) || fsync(descriptor) != 0 {
                failure = errno
            }
            close(descriptor)
            if failure == 0, rename(temporary, real) != 0 {
                failure = errno
            }
            guard failure == 0 else {
                unlink(temporary)
                throw FileProblem(path: path, errno: failure)
            }
        }
    }

    /// Makes an empty file beside another one, with its permissions or those of a new file.
    private static func makeTemporary(beside path: String) throws(FileProblem) -> (path: String, descriptor: Int32) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw FileProblem(path: path, errno: errno)
        }
        var status = stat()
        if stat(path, &status) == 0 {
            fchmod(descriptor, status.st_mode & 0o7777)
        } else {
            // Only commands without other threads of their own come here.
            let mask = umask(0)
            umask(mask)
            fchmod(descriptor, 0o666 & ~mask)
        }
        return (template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }, descriptor)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                #elseif canImport(Musl)
                Musl.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                #else
                Darwin.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                #endif
            }
            if count < 0 && errno == EINTR {
                continue
            }
            guard count > 0 else {
                return false
            }
            written += count
        }
        return true
    }
}
