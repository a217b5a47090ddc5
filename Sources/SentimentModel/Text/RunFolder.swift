/// Cuts what is said over and over to three times: 哈哈哈哈哈 to 哈哈哈, 233233233233 to 233233233.
///
/// It sees one unit after another, a unit being a character or a whole `[emote]`, and knows the last four. A stretch
/// that repeats with a period of one to four units is cut after its third repeat. When such a stretch breaks off in
/// the middle of a period, that part of it is lost (hahahahaho becomes hahahao).
struct RunFolder {
    private var last1: UInt32 = 0
    private var last2: UInt32 = 0
    private var last3: UInt32 = 0
    private var last4: UInt32 = 0
    /// How many units in a row equalled the one so many places before them.
    private var matches1: Int32 = 0
    private var matches2: Int32 = 0
    private var matches3: Int32 = 0
    private var matches4: Int32 = 0
    /// The most often that anything was repeated in a row, before cutting.
    var longest: Int32 = 1

    /// Takes the next unit and says whether it stays.
    @inline(__always)
    mutating func keeps(_ unit: UInt32) -> Bool {
        matches1 = unit == last1 ? matches1 &+ 1 : 0
        matches2 = unit == last2 ? matches2 &+ 1 : 0
        matches3 = unit == last3 ? matches3 &+ 1 : 0
        matches4 = unit == last4 ? matches4 &+ 1 : 0
        last4 = last3
        last3 = last2
        last2 = last1
        last1 = unit
        longest = max(longest, matches1 &+ 1)
        if (matches1 < 3) && (matches2 < 5) && (matches3 < 7) && (matches4 < 9) {
            return true
        }
        if matches1 < 3 {
            longest = max(longest, repeatsOfShortUnit)
        }
        return false
    }

    /// A blank ends every stretch but one of blanks; repeated words are the normaliser's business.
    @inline(__always)
    mutating func breakStretch() {
        self = RunFolder(longest: longest)
    }

    private var repeatsOfShortUnit: Int32 {
        if matches2 >= 5 {
            return matches2 / 2 &+ 1
        }
        return matches3 >= 7 ? matches3 / 3 &+ 1 : matches4 / 4 &+ 1
    }

    init(longest: Int32 = 1) {
        self.longest = longest
    }
}
