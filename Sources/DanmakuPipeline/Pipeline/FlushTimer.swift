/// Ticks every few milliseconds while a shard holds something that has to leave later, and not otherwise.
package struct FlushTimer: Sendable {
    private let arms: AsyncStream<Void>
    private let armed: AsyncStream<Void>.Continuation

    /// Creates a timer at rest.
    package init() {
        // One waiting arm says all there is to say, so newer ones may replace it.
        (arms, armed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Starts the ticking if it rests.
    ///
    /// Called by a shard when its first pending room appears.
    package func arm() {
        armed.yield()
    }

    /// Calls `tick` once per interval until it says that nothing is pending; then waits for the next arm.
    ///
    /// Returns when the task is cancelled.
    package func run(
        every interval: Duration,
        clock: any Clock<Duration>,
        tick: @Sendable () -> Bool
    ) async {
        for await _ in arms {
            repeat {
                do {
                    try await clock.sleep(for: interval)
                } catch {
                    return
                }
            } while tick()
        }
    }
}
