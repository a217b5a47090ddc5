#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import SentimentModel

/// The system's figures for this process; read at a scrape.
///
/// From `/proc` on Linux. Elsewhere, a figure that is not available is `nil` and its metric is left out.
struct ProcessMetrics: Sendable, Equatable {
    /// Bytes of memory that are resident.
    var residentBytes: Int?
    /// Seconds of processor time, user and system.
    var cpuSeconds: Double?
    /// Open file descriptors, the one for counting them not among them.
    var openDescriptors: Int?
    /// The memory limit of the control group that the process runs in, if it has one.
    var memoryLimit: Int?

    /// Reads everything.
    static func current() -> ProcessMetrics {
        ProcessMetrics(
            residentBytes: currentResidentBytes(),
            cpuSeconds: cpuSeconds(),
            openDescriptors: entries(in: "/proc/self/fd").map { $0 - 1 },
            memoryLimit: limit(contents(of: "/sys/fs/cgroup/memory.max"))
                ?? limit(contents(of: "/sys/fs/cgroup/memory/memory.limit_in_bytes"))
        )
    }

    /// Bytes of memory that are resident, alone: one small file.
    static func currentResidentBytes() -> Int? {
        residentBytes(statm: contents(of: "/proc/self/statm"))
    }

    /// The second number of `statm`, in pages.
    static func residentBytes(statm: String?) -> Int? {
        guard let fields = statm?.split(separator: " "), fields.count > 1, let pages = Int(fields[1]) else {
            return nil
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// A limit in bytes; `max`, and the huge number that stands for it in older kernels, are none.
    static func limit(_ text: String?) -> Int? {
        text.flatMap { ClientNumber.integer($0.utf8.prefix { $0 != 0x0A }, in: 0...(1 << 60) - 1) }
    }

    private static func cpuSeconds() -> Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else {
            return nil
        }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// A small file of the system; these answer at once.
    private static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else {
            return nil
        }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let count = read(file, buffer.baseAddress, buffer.count)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }
    }

    private static func entries(in path: String) -> Int? {
        guard let directory = opendir(path) else {
            return nil
        }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil {
            count += 1
        }
        // Not the directory and its parent.
        return count - 2
    }
}
