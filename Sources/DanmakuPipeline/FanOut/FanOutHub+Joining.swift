extension FanOutHub {
    /// A client whose turn to join has not come.
    struct Joining {
        let number: Int
        let subscription: Subscription
        let sink: any SubscriberSink
    }

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
        let joining = Joining(number: nextNumber, subscription: subscription, sink: sink)
        nextNumber += 1
        guard !isDraining else {
            dismiss(joining)
            return joining.number
        }
        var isAdmitted = false
        exclusively(now) {
            if waiting.isEmpty, !turn.isOver {
                admit(joining, now)
                isAdmitted = true
            }
        }
        if !isAdmitted {
            joins[joining.number] = joining
            waiting.append(.join(joining.number))
        }
        return joining.number
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
        } else if joins.removeValue(forKey: number) != nil {
            counters.closed[reason, default: 0] += 1
        }
    }

    /// The client's turn has come.
    func admit(_ joining: Joining, _ now: Timestamp) {
        let subscription = joining.subscription
        joining.sink.joined()
        turn.units -= HubTurn.join(rooms: subscription.rooms?.count ?? 1)
        let join = reader.join(
            rooms: subscription.rooms,
            level: subscription.level,
            cursor: subscription.cursor.map { Cursor($0) },
            now: now.nanoseconds
        )
        let machine = SubscriberStateMachine(
            configuration: configuration,
            now: now.nanoseconds,
            phase: Double(random(0...1000)) / 1000,
            age: Double(random(800...1000)) / 1000
        )
        let subscriber = Subscriber(
            number: joining.number,
            sink: joining.sink,
            machine: machine,
            join: join,
            // Read after the head, so that no snapshot is older than it.
            snapshots: OutstandingSnapshots(rooms: subscription.rooms)
        )
        subscribers[joining.number] = subscriber
        counters.subscribers += 1
        counters.heldBytes += subscriber.footprint
        enter(subscriber, observed: join.head)
        greet(subscriber, join, cursor: subscription.cursor ?? "", now)
        pump(subscriber, now)
    }

    /// Answers a client that has not joined with `bye` alone.
    func dismiss(_ joining: Joining) {
        joining.sink.joined()
        counters.closed[.drain, default: 0] += 1
        if let last = StreamEvent(.drain, retry: random(retryRange)) {
            _ = joining.sink.write(last.frame)
            joining.sink.flush()
        }
        joining.sink.end()
    }

    private func enter(_ subscriber: Subscriber, observed: UInt64) {
        switch subscriber.position.scope {
        case .rooms(let watched):
            for (place, room) in watched.enumerated() {
                rooms[room.index, default: Channel(observed: observed)].members.add(subscriber, place: place)
            }
        case .everyRoom:
            if everyRoom.members.isEmpty {
                everyRoom.observed = observed
            }
            everyRoom.members.add(subscriber, place: 0)
        }
    }

    /// Drops a subscriber from every table; nothing is written to it after that.
    ///
    /// It costs O(1) for each watched room, whatever the number of subscribers.
    func drop(_ subscriber: Subscriber, _ reason: StreamEnd) {
        guard subscriber.machine.end() else {
            return
        }
        subscribers[subscriber.number] = nil
        counters.subscribers -= 1
        counters.heldBytes -= subscriber.footprint
        counters.pendingBytes -= subscriber.pending
        counters.closed[reason, default: 0] += 1
        switch subscriber.position.scope {
        case .rooms(let watched):
            var unwatched: [RoomIndex] = []
            for (place, room) in watched.enumerated() {
                leaveSteps += rooms[room.index]!.members.remove(subscriber, place: place)
                if rooms[room.index]!.members.isEmpty {
                    rooms[room.index] = nil
                    unwatched.append(room.index)
                }
            }
            reader.unwatch(unwatched)
        case .everyRoom:
            leaveSteps += everyRoom.members.remove(subscriber, place: 0)
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
