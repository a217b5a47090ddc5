import Histogram

/// Holds one `full` subscriber's stream against the contract: each room's `seq` ascends, nothing comes twice, and what
/// does not come is announced by `skipped`.
struct StreamCheck {
    /// The kinds of events that end a stream or say that something was lost.
    struct Notices {
        var resets = 0
        var evicted = 0
        var overloaded = 0
        var bye = 0
    }

    /// Results that came.
    private(set) var delivered = 0
    /// Comments that `skipped` announced.
    private(set) var skipped = 0
    /// Holes in the rooms' `seq`.
    private(set) var missing = 0
    private(set) var sentimentEvents = 0
    private(set) var events = 0
    private(set) var notices = Notices()
    /// What contradicts the contract; the first few in words.
    private(set) var violations: [String] = []
    private(set) var violationCount = 0
    /// Received to arrived, in milliseconds, one value a result.
    private(set) var latency = Histogram<UInt64>(highestTrackableValue: 600_000, numberOfSignificantValueDigits: .three)

    private var lastSeq: [UInt64: Int] = [:]
    private var lastID = -1
    private var epoch: [UInt8] = []

    /// Takes an event that came `now`, in milliseconds since 1970.
    mutating func take(_ event: EventReader.Event, now: Int) {
        events += 1
        checkID(event.id)
        if event.name.isEqual("sentiment") {
            sentimentEvents += 1
            results(event.data, now: now)
        } else if event.name.isEqual("snapshot") {
            if event.data.find("\"totals\":{\"comments\":0,") != nil {
                lastSeq[Self.hash(event.data)] = 0
            }
        } else if event.name.isEqual("skipped") {
            if let place = event.data.find("\"comments\":") {
                skipped += event.data.integer(at: place + 11)
            }
        } else if event.name.isEqual("reset") {
            notices.resets += 1
            violate("reset: \(String(decoding: event.data, as: UTF8.self))")
        } else if event.name.isEqual("evicted") {
            notices.evicted += 1
        } else if event.name.isEqual("overloaded") {
            notices.overloaded += 1
        } else if event.name.isEqual("bye") {
            notices.bye += 1
        }
    }

    /// `{"room":"…","results":[{"seq":…`: a quote inside a text is escaped, so the keys searched for are keys.
    private mutating func results(_ data: UnsafeRawBufferPointer, now: Int) {
        let room = Self.hash(data)
        var place = data.find("{\"seq\":")
        // A room that was there before is taken up where its stream begins; the sum of what came still has to be right.
        var last = lastSeq[room] ?? place.map { data.integer(at: $0 + 7) - 1 } ?? 0
        while let found = place {
            let seq = data.integer(at: found + 7)
            if seq <= last {
                violate("seq \(seq) after \(last)")
            } else {
                missing += seq - last - 1
                last = seq
            }
            delivered += 1
            var next = found + 7
            if let received = data.find("\"receivedAt\":", from: found, anchor: 9) {
                latency.record(UInt64(max(0, now - data.integer(at: received + 13))))
                next = received
            }
            place = data.find("{\"seq\":", from: next)
        }
        lastSeq[room] = last
    }

    /// Ids ascend within an epoch; several events of one entry may carry the same.
    private mutating func checkID(_ id: UnsafeRawBufferPointer) {
        guard let dash = id.lastIndex(of: UInt8(ascii: "-")) else {
            return
        }
        let sequence = id.integer(at: dash + 1)
        if !id[..<dash].elementsEqual(epoch) {
            epoch = Array(id[..<dash])
        } else if sequence < lastID {
            violate("id \(sequence) after \(lastID)")
        }
        lastID = sequence
    }

    private mutating func violate(_ words: String) {
        violationCount += 1
        if violations.count < 5 {
            violations.append(words)
        }
    }

    /// FNV-1a over the room's name, which stands first in the data.
    private static func hash(_ data: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var index = 9
        while index < data.count, data[index] != UInt8(ascii: "\"") {
            hash = (hash ^ UInt64(data[index])) &* 0x100_0000_01B3
            index += 1
        }
        return hash
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func isEqual(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && find(text) == 0
    }
}
