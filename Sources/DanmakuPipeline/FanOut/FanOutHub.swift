/// All subscribers of one event loop, and what each gets next.
///
/// Confined to its event loop; it knows no sockets and reads no clock. The edge calls it when a client joins or leaves, when
/// the log woke this loop, when a sink's writability changed, and at a regular tick. Live entries go to every subscriber at
/// the head whose sink is writable; whoever lags reads on from the ring, so that nobody holds anyone up. Frames are
/// encoded once in the process. It queues nothing per subscriber but rooms and sequences.
package final class FanOutHub {
    let configuration: FanOutConfiguration
    let reader: LogReader
    let moods: MoodSource
    let model: String
    let random: (ClosedRange<Int>) -> Int

    var subscribers: [Int: Subscriber] = [:]
    var rooms: [RoomIndex: Channel] = [:]
    var everyRoom = Channel(observed: 0)
    /// What this hub has counted.
    package internal(set) var counters = FanOutCounters()

    /// Frames that this hub had encoded during the current call.
    var grown: [(sequence: UInt64, bytes: Int)] = []
    /// Subscribers that were written to during the current call.
    var touched: [Subscriber] = []
    /// Subscribers to pump when the current call is done: their sinks called back from within it, or their turn was over.
    var waiting: [Subscriber] = []
    var isBusy = false
    var isDraining = false
    /// What the `retry:` of a stream's last event is drawn from.
    var retryRange: ClosedRange<Int>
    /// The frame that was handed over last: the next subscriber of the room mostly gets the same.
    var latest: (sequence: UInt64, level: DetailLevel, frame: Frame)?
    private var nextNumber = 0

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
        random: @escaping (ClosedRange<Int>) -> Int = { Int.random(in: $0) }
    ) {
        self.reader = reader
        self.configuration = configuration
        self.model = model
        self.moods = moods
        self.random = random
        retryRange = configuration.retryMilliseconds
    }

    /// Whether a subscriber's turn was over before it had everything: call ``resume(now:)`` soon.
    package var hasWaiting: Bool {
        !waiting.isEmpty
    }

    /// Enters a client: `hello`, perhaps `reset`, snapshots, what is after its cursor, and then what is live.
    ///
    /// - Parameters:
    ///   - subscription: What it asks for.
    ///   - sink: Where its frames go.
    ///   - now: The time.
    /// - Returns: Its number, for the other calls.
    package func join(_ subscription: Subscription, sink: any SubscriberSink, now: Timestamp) -> Int {
        let join = reader.join(
            rooms: subscription.rooms,
            level: subscription.level,
            cursor: subscription.cursor.map { Cursor($0) },
            now: now.nanoseconds
        )
        let number = nextNumber
        nextNumber += 1
        let machine = SubscriberStateMachine(
            configuration: configuration,
            now: now.nanoseconds,
            phase: Double(random(0...1000)) / 1000,
            age: Double(random(800...1000)) / 1000
        )
        let subscriber = Subscriber(
            number: number,
            sink: sink,
            machine: machine,
            join: join,
            // After the head was read, so that no snapshot is older than it.
            snapshots: subscription.rooms ?? moods.rooms()
        )
        subscribers[number] = subscriber
        counters.subscribers += 1
        enter(subscriber, observed: join.head)
        exclusively(now) {
            greet(subscriber, join, cursor: subscription.cursor ?? "", now)
            pump(subscriber, now)
        }
        return number
    }

    /// The client has left.
    ///
    /// It may have been dropped before.
    package func leave(_ number: Int) {
        if let subscriber = subscribers[number] {
            drop(subscriber, .client)
        }
    }

    /// The log has woken this loop: hands live entries over.
    package func drainOutbox(now: Timestamp) {
        let outbox = reader.take()
        exclusively(now) {
            if outbox.isOverrun {
                for subscriber in subscribers.values {
                    subscriber.machine.overrun()
                    pump(subscriber, now)
                }
            }
            for entry in outbox.entries {
                deliver(entry, now)
            }
        }
    }

    /// A sink can take more again, or no more.
    package func writabilityChanged(_ number: Int, now: Timestamp) {
        guard let subscriber = subscribers[number] else {
            return
        }
        if isBusy {
            waiting.append(subscriber)
        } else {
            exclusively(now) { pump(subscriber, now) }
        }
    }

    /// Gives another turn to those whose turn was over.
    package func resume(now: Timestamp) {
        let turns = waiting
        waiting = []
        exclusively(now) {
            for subscriber in turns {
                pump(subscriber, now)
            }
        }
    }

    /// Runs a call that writes: flushes each sink once and reports new frames at its end.
    func exclusively(_ now: Timestamp, _ body: () -> Void) {
        precondition(!isBusy, "a sink called back into something else than a change of writability")
        isBusy = true
        body()
        flush()
        isBusy = false
        latest = nil
        reader.cache(grown)
        grown.removeAll(keepingCapacity: true)
    }

    private func flush() {
        let sinks = touched
        touched.removeAll(keepingCapacity: true)
        for subscriber in sinks where subscriber.needsFlush {
            subscriber.needsFlush = false
            subscriber.sink.flush()
        }
    }

    private func enter(_ subscriber: Subscriber, observed: UInt64) {
        switch subscriber.position.scope {
        case .rooms(let watched):
            for (place, room) in watched.enumerated() {
                let member = Channel.Member(subscriber: subscriber, place: place)
                rooms[room.index, default: Channel(observed: observed)].members.append(member)
            }
        case .everyRoom:
            if everyRoom.members.isEmpty {
                everyRoom.observed = observed
            }
            everyRoom.members.append(.init(subscriber: subscriber, place: 0))
        }
    }

    /// Drops a subscriber from every table; nothing is written to it after that.
    func drop(_ subscriber: Subscriber, _ reason: StreamEnd) {
        guard subscriber.machine.end() else {
            return
        }
        subscribers[subscriber.number] = nil
        counters.subscribers -= 1
        counters.closed[reason, default: 0] += 1
        switch subscriber.position.scope {
        case .rooms(let watched):
            for room in watched {
                rooms[room.index]!.members.removeAll { $0.subscriber === subscriber }
                if rooms[room.index]!.members.isEmpty {
                    rooms[room.index] = nil
                    reader.unwatch(room.index)
                }
            }
        case .everyRoom:
            everyRoom.members.removeAll { $0.subscriber === subscriber }
            if everyRoom.members.isEmpty {
                reader.unwatchEveryRoom()
            }
        }
    }
}

/// What a client asks for.
package struct Subscription: Sendable {
    /// The rooms, without repetition; `nil` for every room.
    package var rooms: [[UInt8]]?
    /// The level of detail.
    package var level: DetailLevel
    /// Its cursor as it sent it, if it sent one.
    package var cursor: String?

    /// Creates a subscription.
    package init(rooms: [[UInt8]]?, level: DetailLevel, cursor: String?) {
        self.rooms = rooms
        self.level = level
        self.cursor = cursor
    }
}
