/// What goes wrong in a run; the seed draws some of these.
package enum Fault: String, CaseIterable, Sendable {
    /// A source resets its connection while its comments wait for room in the queue.
    case resetWhileWaiting = "reset-while-waiting"
    /// A client stops in the middle of a line or a body and stays.
    case stall
    /// A client sends a byte at a time.
    case drip
    /// The process has no descriptor left for a while.
    case noDescriptor = "no-descriptor"
    /// The wall clock is set back.
    case clockBack = "clock-back"
    /// The wall clock is set forward.
    case clockForward = "clock-forward"
    /// Calls of the scorer do not come back.
    case scorerHang = "scorer-hang"
    /// Calls of the scorer take long.
    case scorerSlow = "scorer-slow"
    /// Calls of the scorer fail or miscount.
    case scorerFailure = "scorer-failure"
    /// A browser reads slowly or stops to read.
    case slowReader = "slow-reader"
    /// A source never reads what it is answered.
    case muteSource = "mute-source"
    /// Browsers come back together with old cursors.
    case reconnectStorm = "reconnect-storm"
    /// Clients shut their side and wait for the rest.
    case halfClose = "half-close"
    /// SIGTERM comes while clients are busy.
    case earlyTermination = "early-termination"
}
