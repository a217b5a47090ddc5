/// All subscribers of one event loop, and what each gets next.
///
/// Confined to its event loop; it knows no sockets and reads no clock. The edge calls it when a client joins or leaves, when
/// the log woke this loop, when a sink's writability changed, and at a regular tick. Live entries go to every subscriber at
/// the head whose sink is writable; a subscriber that lags reads on from the ring, so that it delays no other. Joins and
/// reading from the ring are done in turns of a bounded size; what a turn does not reach waits in a queue. Frames are
/// encoded once in the process. Nothing is queued for a subscriber but rooms and sequences.
package final class FanOutHub {
    /// Nanoseconds between two looks at what a sink has pending: it decides how exactly the write deadline is kept.
    private static let lookStep: Int64 = 1_000_000_000

    private let configuration: FanOutConfiguration
    private let reader: LogReader
    private let random: (ClosedRange<Int>) -> Int
    private let watchers = Watchers()
    private let turn: HubTurn
    private let writer: StreamWriter

    private var subscribers = StableTable<Int, Subscriber>()
    private var queue = HubQueue()
    private var isBusy = false
    private var isDraining = false
    /// What the `retry:` of a stream's last event is drawn from.
    private var retryRange: ClosedRange<Int>
    private var nextNumber = 0
    /// Streams, what they hold and how they ended; the writer counts the rest.
    private var streams = FanOutCounters()

    /// Creates the hub of an event loop.
    ///
    /// - Parameters:
    ///   - reader: This loop's reader of the log.
    ///   - configuration: The settings.
    ///   - model: What `hello` says of the model.
    ///   - moods: Where snapshots come from.
    ///   - random: A number from a range, for everything that is jittered.
    package init(
        reader: LogReader,
        configuration: FanOutConfiguration,
        model: String,
        moods: MoodSource,
        random: @escaping (ClosedRange<Int>) -> Int = { RandomSource.system.int(in: $0) }
    ) {
        self.reader = reader
        self.configuration = configuration
        self.random = random
        retryRange = configuration.retryMilliseconds
        turn = HubTurn(configuration: configuration)
        writer = StreamWriter(
            reader: reader,
            watchers: watchers,
            turn: turn,
            configuration: configuration,
            model: model,
            moods: moods,
            random: random
        )
    }

    /// What this hub has counted.
    package var counters: FanOutCounters {
        var sum = writer.counters
        sum.merge(streams)
        return sum
    }

    /// Members that were looked at when subscribers left: what leaving cost.
    package var leaveSteps: Int {
        watchers.leaveSteps
    }

    /// Whether something waits for another turn: let the loop look at its sockets, then call ``resume(now:)``.
    package var hasWaiting: Bool {
        !queue.isEmpty
    }

    /// Whether it has no streams and no joins, so that it needs no tick.
    package var isIdle: Bool {
        subscribers.isEmpty && !queue.hasJoins
    }

    /// The log has woken this loop: hands live entries over.
    package func drainOutbox(now: Timestamp) {
        let outbox = reader.take()
        exclusively(now) {
            if outbox.isOverrun {
                for subscriber in subscribers.values {
                    subscriber.machine.overrun()
                    queue.add(subscriber)
                }
            }
            for entry in outbox.entries {
                writer.deliver(entry, now)
            }
        }
    }

    /// A sink can take more again, or no more.
    package func writabilityChanged(_ number: Int, now: Timestamp) {
        guard let subscriber = subscribers[number], subscriber.sink.isWritable, subscriber.machine.work != .nothing
        else {
            return
        }
        if isBusy || !queue.isEmpty {
            queue.add(subscriber)
        } else {
            exclusively(now) { pump(subscriber, now) }
        }
    }

    /// A new turn: goes on with what waits, as far as the turn goes.
    package func resume(now: Timestamp) {
        turn.restart(now: now.nanoseconds)
        exclusively(now) {
            while !turn.isOver, let next = queue.popFirst() {
                switch next {
                case .join(let client): admit(client, now)
                case .pump(let subscriber): pump(subscriber, now)
                }
            }
        }
    }

    /// Runs a call that writes: flushes each sink once and reports new frames at its end.
    private func exclusively(_ now: Timestamp, _ body: () -> Void) {
        precondition(!isBusy, "a sink called back with something else than a change of writability")
        isBusy = true
        // A turn ends with its time too, so that an idle hub needs no resuming.
        turn.restartIfOver(now: now.nanoseconds)
        body()
        writer.finish()
        isBusy = false
    }

    private func pump(_ subscriber: Subscriber, _ now: Timestamp) {
        if !writer.pump(subscriber, now) {
            queue.add(subscriber)
        }
    }
}

// MARK: - Joining and leaving

extension FanOutHub {
    /// Enters a client: `hello`, perhaps `reset`, snapshots, what is after its cursor, and then what is live.
    ///
    /// It joins at once, or after those that came before it when this turn is over. A hub that drains answers with `bye`.
    ///
    /// - Parameters:
    ///   - subscription: What it asks for.
    ///   - sink: Where its frames go.
    ///   - now: The time.
    /// - Returns: Its number, for the other calls.
    package func join(_ subscription: Subscription, sink: any SubscriberSink, now: Timestamp) -> Int {
        let client = JoiningClient(number: nextNumber, subscription: subscription, sink: sink)
        nextNumber += 1
        guard !isDraining else {
            dismiss(client)
            return client.number
        }
        var isAdmitted = false
        exclusively(now) {
            if queue.isEmpty, !turn.isOver {
                admit(client, now)
                isAdmitted = true
            }
        }
        if !isAdmitted {
            queue.add(client)
        }
        return client.number
    }

    /// The client has left, or its connection has failed.
    ///
    /// It may have been dropped before.
    ///
    /// - Parameters:
    ///   - number: The client's number.
    ///   - reason: What is counted.
    package func leave(_ number: Int, _ reason: StreamEnd = .client) {
        if let subscriber = subscribers[number] {
            drop(subscriber, reason)
        } else if queue.removeJoin(number) {
            streams.closed[reason, default: 0] += 1
        }
    }

    /// The client's turn has come.
    private func admit(_ client: JoiningClient, _ now: Timestamp) {
        let subscription = client.subscription
        client.sink.joined()
        turn.spend(units: HubTurn.join(rooms: subscription.rooms?.count ?? 1))
        let join = reader.join(
            rooms: subscription.rooms,
            level: subscription.level,
            cursor: subscription.cursor.map { Cursor($0) },
            now: now.nanoseconds
        )
        let machine = Subscriber.StateMachine(
            configuration: configuration,
            now: now.nanoseconds,
            phase: Double(random(0...1000)) / 1000,
            age: Double(random(800...1000)) / 1000
        )
        let subscriber = Subscriber(
            number: client.number,
            sink: client.sink,
            machine: machine,
            join: join,
            // Read after the head, so that no snapshot is older than it.
            snapshots: OutstandingSnapshots(rooms: subscription.rooms)
        )
        subscribers[client.number] = subscriber
        streams.subscribers += 1
        streams.heldBytes += subscriber.footprint
        watchers.enter(subscriber, observed: join.head)
        writer.greet(subscriber, join, cursor: subscription.cursor ?? "", now)
        pump(subscriber, now)
    }

    /// Answers a client that has not joined with `bye` alone.
    private func dismiss(_ client: JoiningClient) {
        client.sink.joined()
        streams.closed[.drain, default: 0] += 1
        sayLast(.drain, to: client.sink)
        client.sink.end()
    }

    private func sayLast(_ reason: StreamEnd, to sink: any SubscriberSink) {
        if let last = StreamEvent(reason, retry: random(retryRange)) {
            _ = sink.write(last.frame)
            sink.flush()
        }
    }

    /// Drops a subscriber from every table; nothing is written to it after that.
    ///
    /// It costs O(1) for each watched room, however many subscribers there are.
    private func drop(_ subscriber: Subscriber, _ reason: StreamEnd) {
        guard subscriber.machine.end() else {
            return
        }
        subscribers[subscriber.number] = nil
        streams.subscribers -= 1
        streams.heldBytes -= subscriber.footprint
        streams.pendingBytes -= subscriber.pending
        streams.closed[reason, default: 0] += 1
        let unwatched = watchers.remove(subscriber)
        reader.unwatch(unwatched.rooms)
        if unwatched.everyRoom {
            reader.unwatchEveryRoom()
        }
    }
}

// MARK: - Time and the end

extension FanOutHub {
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
    ///   - patience: How long after its slot a subscriber that still lags is ended.
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

    /// The time of a drain is over: every stream that is left gets `bye` now, whether its client reads or not.
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
        for client in queue.removeJoins() {
            dismiss(client)
        }
    }

    private func tick(_ subscriber: Subscriber, _ now: Timestamp) {
        if now.nanoseconds >= subscriber.lookAt {
            look(subscriber, now)
        }
        switch subscriber.machine.tick(now: now.nanoseconds, isWritable: subscriber.sink.isWritable) {
        case .nothing: break
        case .heartbeat: writer.beat(subscriber, now)
        case .end(let reason): end(subscriber, reason)
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
        streams.pendingBytes += pending - subscriber.pending
        subscriber.pending = pending
        subscriber.written = 0
        subscriber.lookAt = now.nanoseconds + Self.lookStep
    }

    /// The last event, then out of the tables, then the end of the stream.
    ///
    /// What it lags it gets with its next cursor.
    private func end(_ subscriber: Subscriber, _ reason: StreamEnd) {
        sayLast(reason, to: subscriber.sink)
        drop(subscriber, reason)
        subscriber.sink.end()
    }
}
