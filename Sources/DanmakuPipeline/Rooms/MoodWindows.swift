import SentimentModel

/// The windows of 1, 5, 15 and 60 minutes: one-second buckets for 300 s, then ten-second buckets, and the four sums.
///
/// Only seconds with a comment have a bucket. A window of seconds ends with the current one: at second *h* it holds the
/// seconds *s* with *h* − *s* < 60 or 300. The longer two move by decades of seconds: ⌊*h*/10⌋ − ⌊*s*/10⌋ < 90 or 360.
/// Adding is a few increments; a second that passes costs what leaves; reading a window costs nothing.
struct MoodWindows: Sendable {
    static let fineSeconds: Int64 = 300
    static let coarseDecades: Int64 = 360

    private(set) var minute = MoodSums()
    private(set) var fiveMinutes = MoodSums()
    private(set) var quarter = MoodSums()
    private(set) var hour = MoodSums()
    /// The latest second seen; it never moves back.
    private(set) var head: Int64

    private var fine = BucketRing(limit: Int(fineSeconds))
    /// The youngest second that is not fine lies in the thirtieth decade back.
    private var coarse = BucketRing(limit: Int(coarseDecades) - 30)
    /// The first fine bucket of the minute.
    private var minuteStart = 0
    /// The first coarse bucket of the quarter.
    private var quarterStart = 0

    init(second: Int64) {
        head = second
    }

    /// Counts one comment that was received in a second, be it late.
    mutating func add(_ sentiment: Sentiment?, second: Int64) {
        advance(to: second)
        let age = head - second
        guard age < Self.fineSeconds else {
            addLate(sentiment, second: second)
            return
        }
        let index = fine.slot(UInt16(truncatingIfNeeded: second), from: UInt16(truncatingIfNeeded: head))
        if index.isNew {
            fine.insert(MoodBucket(stamp: UInt16(truncatingIfNeeded: second)), at: index.position)
            if age >= 60 {
                minuteStart += 1
            }
        }
        guard fine.add(sentiment, at: index.position) else {
            return
        }
        if age < 60 {
            minute.add(sentiment)
        }
        fiveMinutes.add(sentiment)
        quarter.add(sentiment)
        hour.add(sentiment)
    }

    private mutating func addLate(_ sentiment: Sentiment?, second: Int64) {
        let age = head / 10 - second / 10
        guard age < Self.coarseDecades else {
            return
        }
        let decade = UInt16(truncatingIfNeeded: second / 10)
        let index = coarse.slot(decade, from: UInt16(truncatingIfNeeded: head / 10))
        if index.isNew {
            coarse.insert(MoodBucket(stamp: decade), at: index.position)
            if age >= 90 {
                quarterStart += 1
            }
        }
        guard coarse.add(sentiment, at: index.position) else {
            return
        }
        if age < 90 {
            quarter.add(sentiment)
        }
        hour.add(sentiment)
    }

    /// Moves the windows on; does nothing for a second that has been.
    mutating func advance(to second: Int64) {
        guard second > head else {
            return
        }
        guard second / 10 - head / 10 < Self.coarseDecades else {
            self = MoodWindows(second: second)
            return
        }
        head = second
        expireCoarse()
        expireFine()
    }

    private mutating func expireCoarse() {
        let decade = UInt16(truncatingIfNeeded: head / 10)
        while quarterStart < coarse.count, decade &- coarse[quarterStart].stamp >= 90 {
            quarter.subtract(coarse[quarterStart])
            quarterStart += 1
        }
        while coarse.count > 0, decade &- coarse[0].stamp >= UInt16(Self.coarseDecades) {
            hour.subtract(coarse[0])
            coarse.removeFirst()
            quarterStart -= 1
        }
    }

    private mutating func expireFine() {
        let now = UInt16(truncatingIfNeeded: head)
        while minuteStart < fine.count, now &- fine[minuteStart].stamp >= 60 {
            minute.subtract(fine[minuteStart])
            minuteStart += 1
        }
        while fine.count > 0, now &- fine[0].stamp >= UInt16(Self.fineSeconds) {
            let bucket = fine[0]
            fine.removeFirst()
            minuteStart -= 1
            fiveMinutes.subtract(bucket)
            coarsen(bucket, age: now &- bucket.stamp)
        }
    }

    /// Moves a bucket that left the fine ring into the coarse one, if it is young enough for it.
    private mutating func coarsen(_ bucket: MoodBucket, age: UInt16) {
        let decade = (head - Int64(age)) / 10
        let decades = head / 10 - decade
        if decades >= 90 {
            quarter.subtract(bucket)
        }
        guard decades < Self.coarseDecades else {
            hour.subtract(bucket)
            return
        }
        let stamp = UInt16(truncatingIfNeeded: decade)
        let index = coarse.slot(stamp, from: UInt16(truncatingIfNeeded: head / 10))
        if index.isNew {
            coarse.insert(MoodBucket(stamp: stamp), at: index.position)
            if decades >= 90 {
                quarterStart += 1
            }
        }
        coarse.merge(bucket, at: index.position)
    }

    /// Calls a closure with every bucket, the oldest first: its first second, how many seconds it holds, and what.
    func forEachBucket(_ body: (_ second: Int64, _ seconds: Int64, _ bucket: MoodBucket) -> Void) {
        for index in 0..<coarse.count {
            let age = UInt16(truncatingIfNeeded: head / 10) &- coarse[index].stamp
            body((head / 10 - Int64(age)) * 10, 10, coarse[index])
        }
        for index in 0..<fine.count {
            let age = UInt16(truncatingIfNeeded: head) &- fine[index].stamp
            body(head - Int64(age), 1, fine[index])
        }
    }

    /// Bytes on the heap.
    var memoryBytes: Int {
        fine.memoryBytes + coarse.memoryBytes
    }
}
