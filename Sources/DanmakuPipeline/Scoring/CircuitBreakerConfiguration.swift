/// When a scorer is given up for its fallback, for how long, and what it has to show to be used again.
///
/// The classic "60 % of 20 calls, 60 s" is `failurePercent = 60`, `minCalls = 20`, `wait = .seconds(60)`,
/// `maxWait = .seconds(60)`.
package struct CircuitBreakerConfiguration: Sendable, Hashable {
    /// Calls in the window before a share can open the breaker: fewer trips on noise, more is blind at low traffic.
    package var minCalls = 10
    /// The length of the window in which calls are counted.
    package var window: Duration = .seconds(10)
    /// In how many steps the window moves on.
    package var buckets = 10
    /// The share of failed calls, in percent, that opens the breaker.
    package var failurePercent = 50
    /// The share of slow calls, in percent, that opens the breaker.
    package var slowPercent = 80
    /// Failures in a row that open the breaker, whatever ``minCalls`` says: low traffic may never reach that.
    package var consecutiveFailures = 5
    /// How long the breaker stays open the first time; doubled at each further opening.
    package var wait: Duration = .seconds(1)
    /// The longest that it stays open, jitter apart.
    package var maxWait: Duration = .seconds(30)
    /// After this time in `closed`, the next opening counts as the first.
    package var forgetAfter: Duration = .seconds(60)
    /// Probes in a row that have to succeed.
    package var probes = 3
    /// A call is never slow below this.
    package var slowFloor: Duration = .milliseconds(50)
    /// A call is slow if it takes at least this many times the usual time of its size.
    package var slowFactor = 4
    /// After this time a call is given up, and the fallback scores its batch.
    package var timeout: Duration = .seconds(1)
    /// After the timeout and this time, a call that has not reported is written off.
    package var leaseGrace: Duration = .seconds(1)
    /// The longest `Retry-After` that is honoured.
    package var maxRetryAfter: Duration = .seconds(30)
    /// After closing, calls at a time grow from 1 by one a success; from this number on they are not limited.
    package var rampLimit = 32

    /// Creates the defaults.
    package init() {}
}
