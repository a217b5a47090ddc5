#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file's content in memory without a copy, for as long as the object lives.
///
/// Replace a mapped file by renaming another over it. Whoever truncates it in place takes the pages away from under
/// every reader, and the system ends the process: no check of ours can prevent that.
package final class MappedFile: Sendable {
    /// The content.
    ///
    /// The pages are mapped read-only and private, so sharing the pointer between threads is safe.
    nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

    /// Maps a regular file whole.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: A longer file is refused before it is mapped.
    /// - Throws: ``ModelFileError`` when it cannot be mapped.
    package init(path: String, limit: Int) throws(ModelFileError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ModelFileError(.unreadable, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ModelFileError(.unreadable, "\(path): not a regular file")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            throw ModelFileError(.notAModel, "\(path): the file is empty")
        }
        guard size <= limit else {
            throw ModelFileError(.wrongSize, "\(path): \(size) bytes are more than any model has")
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw ModelFileError(.unreadable, "\(path): cannot be mapped: \(String(cString: strerror(errno)))")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}
