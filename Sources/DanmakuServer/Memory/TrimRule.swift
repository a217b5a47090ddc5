/// Decides when the allocator gives free pages back: when much memory is resident that no component explains.
///
/// After a burst, the allocator keeps pages in which some blocks are still in use. Pages that ordinary load frees are
/// used again soon and are not worth a trim, which locks the allocator; hence a share, a floor and an interval.
struct TrimRule: Sendable {
    /// Above this share of what the components hold, in percent, plus ``floor``, resident memory is too much.
    ///
    /// Lower trims more often; the promise is 150 % and 60 MiB.
    private static let percent = 125
    /// See ``percent``.
    private static let floor = 32 << 20
    /// Nanoseconds between two trims at least.
    private static let interval: Int64 = 30_000_000_000
    /// After a trim that did not help, the next one waits for this many more bytes, or for ``patience``.
    private static let growth = 16 << 20
    /// Nanoseconds after which a trim is tried again, though the last one did not help.
    private static let patience: Int64 = 600_000_000_000

    private struct Trim {
        var at: Int64
        /// The bytes that were resident afterwards and that no component held.
        var left: Int
    }

    private var last: Trim?

    /// Whether to trim now.
    ///
    /// - Parameters:
    ///   - resident: Bytes that are resident.
    ///   - held: Bytes that the components hold.
    ///   - now: Nanoseconds of the monotonic clock.
    /// - Returns: Whether it is due; the caller then trims and says so by ``trimmed(resident:held:now:)``.
    func isDue(resident: Int, held: Int, now: Int64) -> Bool {
        guard Double(resident) > Double(held) * Double(Self.percent) / 100 + Double(Self.floor) else {
            return false
        }
        guard let last else {
            return true
        }
        guard now - last.at >= Self.interval else {
            return false
        }
        return resident - held >= last.left + Self.growth || now - last.at >= Self.patience
    }

    /// Takes note of a trim.
    ///
    /// - Parameters:
    ///   - resident: Bytes that are resident after it.
    ///   - held: Bytes that the components hold.
    ///   - now: Nanoseconds of the monotonic clock.
    mutating func trimmed(resident: Int, held: Int, now: Int64) {
        last = Trim(at: now, left: max(0, resident - held))
    }
}
