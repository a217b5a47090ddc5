extension FanOutHub {
    /// Nanoseconds between two looks at what a sink has pending: it decides how exactly the write deadline is kept.
    private static let lookStep: Int64 = 1_000_000_000

    /// Time has passed: heartbeats, write deadlines, ages.
    ///
    /// The edge calls it some times a second.
    package func tick(now: Timestamp) {
        if isDraining {
            // What was published last goes before `bye`, whether its wake-up has come or not.
            drainOutbox(now: now)
        }
        exclusively(now) {
            for subscriber in subscribers.values {
                tick(subscriber, now)
            }
        }
    }

    /// Ends every stream: `bye` to each with a `retry:` of its own, in a slot of its own.
    ///
    /// A subscriber that lags and still reads gets what it lags first, but not for long: it comes back with its cursor.
    /// Clients that have not joined, and those that join from now on, get `bye` at once.
    ///
    /// - Parameters:
    ///   - window: How long the ends are spread.
    ///   - retryOver: How long the reconnections are spread, after the shortest time to come back.
    ///   - patience: How long after its slot a subscriber that lags is ended all the same.
    ///   - now: The time.
    package func drain(over window: Duration, retryOver: Duration, patience: Duration, now: Timestamp) {
        isDraining = true
        let soonest = configuration.retryMilliseconds.lowerBound
        retryRange = soonest...(soonest + Int(retryOver.nanoseconds / 1_000_000))
        dismissJoins()
        let milliseconds = Int(window.nanoseconds / 1_000_000)
        for subscriber in subscribers.values {
            let slot = now.nanoseconds + Int64(random(0...milliseconds)) * 1_000_000
            subscriber.machine.schedule(.drain, at: slot, patience: patience.nanoseconds)
        }
        tick(now: now)
    }

    /// The time of a drain is over: the rest gets `bye` now, whether it reads or not.
    ///
    /// - Parameter now: The time.
    package func endRest(now: Timestamp) {
        dismissJoins()
        exclusively(now) {
            for subscriber in subscribers.values {
                end(subscriber, .drain)
            }
        }
    }

    private func dismissJoins() {
        let left = joins.values.sorted { $0.number < $1.number }
        joins = [:]
        for joining in left {
            dismiss(joining)
        }
    }

    private func tick(_ subscriber: Subscriber, _ now: Timestamp) {
        if now.nanoseconds >= subscriber.lookAt {
            look(subscriber, now)
        }
        switch subscriber.machine.tick(now: now.nanoseconds, isWritable: subscriber.sink.isWritable) {
        case .nothing:
            break
        case .heartbeat:
            let id = subscriber.lastID.map { self.id($0) }
            write(.heartbeat(id: id, serverTime: now.milliseconds), to: subscriber)
        case .end(let reason):
            end(subscriber, reason)
        }
    }

    /// Finds out whether something moved: what was pending and written since is more than what is pending now.
    private func look(_ subscriber: Subscriber, _ now: Timestamp) {
        let pending = subscriber.sink.pendingBytes
        subscriber.machine.progress(
            isPending: pending > 0,
            moved: pending < subscriber.pending + subscriber.written,
            now: now.nanoseconds
        )
        counters.pendingBytes += pending - subscriber.pending
        subscriber.pending = pending
        subscriber.written = 0
        subscriber.lookAt = now.nanoseconds + Self.lookStep
    }

    /// The last event, then out of the tables, then the end of the stream.
    ///
    /// What it lags it gets with its next cursor.
    private func end(_ subscriber: Subscriber, _ reason: StreamEnd) {
        if let last = StreamEvent(reason, retry: random(retryRange)) {
            _ = subscriber.sink.write(last.frame)
            subscriber.sink.flush()
        }
        drop(subscriber, reason)
        subscriber.sink.end()
    }
}
