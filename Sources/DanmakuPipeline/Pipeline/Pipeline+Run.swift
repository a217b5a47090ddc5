import Logging
import ServiceLifecycle

extension Pipeline {
    /// The interval of the flush timer: how late a frame may leave after it became due.
    private static let flushInterval: Duration = .milliseconds(5)

    /// Scores, publishes and evicts until the service group shuts down gracefully or the task is cancelled.
    ///
    /// It does not empty the queue by itself: that is ``drain()``, which the drain's order puts before.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    for shard in shards {
                        group.addTask { await shard.run() }
                    }
                    group.addTask { await self.scorer.run() }
                    group.addTask { await self.flush() }
                    group.addTask { await self.settle() }
                }
            } onCancel: {
                for shard in shards {
                    shard.stop()
                }
            }
        }
    }

    /// Waits until everything that was queued is scored and handed to the log.
    ///
    /// Called after the edges let nothing more in, as often as is wanted; ``run()`` has to be running. Cancellation ends the
    /// wait.
    package func drain() async throws {
        let (emptied, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        intake.budget.whenEmpty(DemandWaiter { continuation.finish() })
        for await _ in emptied {}
        try Task.checkCancellation()
        for shard in shards {
            shard.flushAll()
        }
        logger.debug("pipeline emptied")
    }

    private func flush() async {
        await flushTimer.run(every: Self.flushInterval, clock: clock) {
            var again = false
            for shard in self.shards {
                again = shard.tick() || again
            }
            return again
        }
    }

    private func settle() async {
        while (try? await clock.sleep(for: .seconds(1))) != nil {
            scorer.pulse()
            for shard in shards {
                shard.settle(idle: configuration.rooms.idle)
            }
        }
    }
}
