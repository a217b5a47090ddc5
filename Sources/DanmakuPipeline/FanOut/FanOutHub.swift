import DequeModule

/// All subscribers of one event loop, and what each gets next.
///
/// Confined to its event loop; it knows no sockets and reads no clock. The edge calls it when a client joins or leaves, when
/// the log woke this loop, when a sink's writability changed, and at a regular tick. Live entries go to every subscriber at
/// the head whose sink is writable; a subscriber that lags reads on from the ring, so that it holds nobody up. Joins and
/// reading from the ring are done in turns of a bounded size; what a turn does not reach waits in a queue. Frames are
/// encoded once in the process. It queues nothing per subscriber but rooms and sequences.
package final class FanOutHub {
    /// What waits for another turn.
    enum Waiting {
        /// A client that has not joined yet, by its number.
        case join(Int)
        /// A subscriber that has more to read, or whose sink called back from within a call.
        case pump(Subscriber)
    }

    let configuration: FanOutConfiguration
    let reader: LogReader
    let moods: MoodSource
    let model: String
    let random: (ClosedRange<Int>) -> Int

    var subscribers = StableTable<Int, Subscriber>()
    var rooms: [RoomIndex: Channel] = [:]
    var everyRoom = Channel(observed: 0)
    /// What this hub has counted.
    package internal(set) var counters = FanOutCounters()
    /// Members that were looked at when subscribers left: what leaving cost.
    package internal(set) var leaveSteps = 0

    /// Clients that have not joined yet, by number; the edge bounds how many there are.
    var joins: [Int: Joining] = [:]
    /// What waits for another turn, oldest first.
    var waiting: Deque<Waiting> = []
    /// What this turn may still do.
    var turn: HubTurn
    /// Frames that this hub had encoded during the current call.
    var grown: [(sequence: UInt64, bytes: Int)] = []
    /// Subscribers that were written to during the current call.
    var touched: [Subscriber] = []
    var isBusy = false
    var isDraining = false
    /// What the `retry:` of a stream's last event is drawn from.
    var retryRange: ClosedRange<Int>
    /// The frame that was handed over last: the next subscriber of the room mostly gets the same.
    var latest: (sequence: UInt64, level: DetailLevel, frame: Frame)?
    var nextNumber = 0

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
        self.model = model
        self.moods = moods
        self.random = random
        retryRange = configuration.retryMilliseconds
        turn = HubTurn(configuration: configuration, now: .min / 2)
    }

    /// Whether something waits for another turn: let the loop look at its sockets, then call ``resume(now:)``.
    package var hasWaiting: Bool {
        !waiting.isEmpty
    }

    /// Whether it has no streams and no joins, so that it needs no tick.
    package var isIdle: Bool {
        subscribers.isEmpty && joins.isEmpty
    }

    /// The log has woken this loop: hands live entries over.
    package func drainOutbox(now: Timestamp) {
        let outbox = reader.take()
        exclusively(now) {
            if outbox.isOverrun {
                for subscriber in subscribers.values {
                    subscriber.machine.overrun()
                    wait(subscriber)
                }
            }
            for entry in outbox.entries {
                deliver(entry, now)
            }
        }
    }

    /// A sink can take more again, or no more.
    package func writabilityChanged(_ number: Int, now: Timestamp) {
        guard let subscriber = subscribers[number], subscriber.sink.isWritable, subscriber.machine.work != .nothing
        else {
            return
        }
        if isBusy || !waiting.isEmpty {
            wait(subscriber)
        } else {
            exclusively(now) { pump(subscriber, now) }
        }
    }

    /// A new turn: goes on with what waits, as far as the turn goes.
    package func resume(now: Timestamp) {
        turn = HubTurn(configuration: configuration, now: now.nanoseconds)
        exclusively(now) {
            while !turn.isOver, let next = waiting.popFirst() {
                switch next {
                case .join(let number):
                    // A client that has left meanwhile costs nothing.
                    if let joining = joins.removeValue(forKey: number) {
                        admit(joining, now)
                    }
                case .pump(let subscriber):
                    subscriber.isWaiting = false
                    pump(subscriber, now)
                }
            }
        }
    }

    /// Queues a subscriber for another turn, once.
    func wait(_ subscriber: Subscriber) {
        if !subscriber.isWaiting {
            subscriber.isWaiting = true
            waiting.append(.pump(subscriber))
        }
    }

    /// Runs a call that writes: flushes each sink once and reports new frames at its end.
    func exclusively(_ now: Timestamp, _ body: () -> Void) {
        precondition(!isBusy, "a sink called back into something else than a change of writability")
        isBusy = true
        // A turn ends with its time too, so that an idle hub needs no resuming.
        if now.nanoseconds - turn.startedAt >= HubTurn.length {
            turn = HubTurn(configuration: configuration, now: now.nanoseconds)
        }
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
}
