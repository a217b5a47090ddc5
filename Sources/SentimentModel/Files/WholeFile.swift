#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that cannot be read or written, as one line for a person: its path and the system's reason.
package struct FileProblem: Error, Equatable, CustomStringConvertible {
    /// The file, as the user named it.
    package let path: String
    /// What the system says: `No such file or directory`.
    package let reason: String

    /// Creates a problem from an error number.
    package init(path: String, errno number: Int32) {
        self.path = path
        reason = String(cString: strerror(number))
    }

    /// One line for a person.
    package var description: String {
        "\(path): \(reason)"
    }
}

/// Reads a file into memory; also a pipe, such as `/dev/stdin` or a shell's `<(…)`.
package enum WholeFile {
    private static let blockSize = 1 << 18

    /// The bytes of a file.
    ///
    /// - Parameter path: The file.
    /// - Returns: All of it.
    /// - Throws: ``FileProblem`` with the reason why it cannot be read.
    package static func bytes(of path: String) throws(FileProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileProblem(path: path, errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        var bytes: [UInt8] = []
        bytes.reserveCapacity(isRegular ? Int(status.st_size) + 1 : blockSize)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockSize, alignment: 64)
        defer { block.deallocate() }
        while true {
            let count = read(descriptor, block.baseAddress, block.count)
            if count < 0 && errno == EINTR {
                continue
            }
            guard count >= 0 else {
                throw FileProblem(path: path, errno: errno)
            }
            guard count > 0 else {
                return bytes
            }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: block[..<count]))
        }
    }
}
