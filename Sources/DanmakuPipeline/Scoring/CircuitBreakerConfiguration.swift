/// When a scorer is given up for its fallback, for how long, and what it has to show to be used again.
///
/// The classic "60 % of 20 calls, 60 s" is `failurePercent = 60`, `minCalls = 20`, `wait = .seconds(60)`,
/// `maxWait = .seconds(60)`.
public struct CircuitBreakerConfiguration: Sendable, Hashable {
    /// Calls in the window before a share can open the breaker: fewer trips on noise, more is blind at low traffic.
    public var minCalls = 10
    /// The length of the window in which calls are counted.
    public var window: Duration = .seconds(10)
    /// In how many steps the window moves on.
    public var buckets = 10
    /// The share of failed calls, in percent, that opens the breaker.
    public var failurePercent = 50
    /// The share of slow calls, in percent, that opens the breaker.
    public var slowPercent = 80
    /// Failures in a row that open the breaker, whatever ``minCalls`` says: low traffic may never reach that.
    public var consecutiveFailures = 5
    /// How long the breaker stays open the first time; doubled at each further opening.
    public var wait: Duration = .seconds(1)
    /// The longest that it stays open, jitter apart.
    public var maxWait: Duration = .seconds(30)
    /// After this time in `closed`, the next opening counts as the first.
    public var forgetAfter: Duration = .seconds(60)
    /// Probes in a row that have to succeed.
    public var probes = 3
    /// A call is never slow below this.
    public var slowFloor: Duration = .milliseconds(50)
    /// A call is slow if it takes at least this many times the usual time of its size.
    public var slowFactor = 4
    /// After this time a call is given up, and the fallback scores its batch.
    public var timeout: Duration = .seconds(1)
    /// After the timeout and this time, a call that has not reported is written off.
    public var leaseGrace: Duration = .seconds(1)
    /// The longest `Retry-After` that is honoured.
    public var maxRetryAfter: Duration = .seconds(30)
    /// After closing, calls at a time grow from 1 by one a success; from this number on they are not limited.
    public var rampLimit = 32

    /// Creates the defaults.
    public init() {}
}
