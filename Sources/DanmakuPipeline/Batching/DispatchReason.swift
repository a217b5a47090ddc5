/// Why a batch left when it did (`danmaku_batch_dispatch_total{reason}`).
///
/// Where several hold, the first of drain, full, idle, deadline is recorded.
package enum DispatchReason: String, Sendable, CaseIterable {
    /// Nothing was in flight: the scorer never waits while a comment does.
    case idle
    /// There were enough comments, or enough cost, to make the call worth it.
    case full
    /// The oldest comment had waited long enough.
    case deadline
    /// Everything has to leave.
    case drain
}
