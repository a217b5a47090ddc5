import SentimentModel

/// One entry of an XML archive.
package struct ArchivedComment: Equatable, Sendable {
    /// What the archives tell apart, by its name in the contract.
    package enum Kind: String, Sendable {
        case chat
        case paid
        case gift
    }

    /// The position in the recording in milliseconds.
    package var time: Int64
    /// What was said, decoded.
    package var text: [UInt8]
    /// The sender's id or its hash, whichever the archive has.
    package var uid: [UInt8] = []
    /// The sender's name.
    package var name: [UInt8] = []
    /// What it is.
    package var kind = Kind.chat
    /// The price of a super chat.
    package var price: Int?
    /// When it was sent, in milliseconds since 1970.
    package var sentAt: Int64?

    /// Makes a comment of an element of a known archive format.
    ///
    /// `<d p="time,mode,size,colour,date,pool,uid,…">` of Bilibili and every recorder, BililiveRecorder's `<sc>`,
    /// `<gift>` and `<guard>`, biliup's `<s type="super_chat">`. The usual importer mistakes are avoided: a date above
    /// 10¹¹ is in milliseconds, below in seconds; a `uid` attribute is better than the hash in `p`.
    ///
    /// - Returns: `nil` for every other element and for one without a usable time.
    package init?(_ element: XMLElementScanner.Element) {
        switch element.name {
        case "d":
            let fields = element["p"].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard let time = fields.first.flatMap(Self.milliseconds(ofSeconds:)) else {
                return nil
            }
            self.init(time: time, text: element.text)
            uid = element["uid"]
            if uid.isEmpty && fields.count > 6 && fields[6] != [UInt8(ascii: "0")] {
                uid = Array(fields[6])
            }
            if fields.count > 4, let date = ClientNumber.integer(fields[4], in: 1...Int64.max) {
                sentAt = date > 100_000_000_000 ? date : date * 1000
            }
        case "sc":
            guard let time = Self.milliseconds(ofSeconds: element["ts"][...]) else {
                return nil
            }
            self.init(time: time, text: element.text)
            kind = .paid
            price = Self.integer(element["price"])
            uid = element["uid"]
        case "gift":
            guard let time = Self.milliseconds(ofSeconds: element["ts"][...]) else {
                return nil
            }
            self.init(time: time, text: Self.gift(element["giftname"], count: element["giftcount"]))
            kind = .gift
            uid = element["uid"]
        case "guard":
            guard let time = Self.milliseconds(ofSeconds: element["ts"][...]) else {
                return nil
            }
            let ranks = ["1": "总督", "2": "提督", "3": "舰长"]
            let rank = ranks[String(decoding: element["level"], as: UTF8.self)] ?? "舰长"
            self.init(time: time, text: Self.gift(Array(rank.utf8), count: element["count"]))
            kind = .gift
            uid = element["uid"]
        case "s":
            guard element["type"] == Array("super_chat".utf8),
                let time = Self.milliseconds(ofSeconds: element["ts"][...])
            else {
                return nil
            }
            self.init(time: time, text: element.text)
            kind = .paid
            price = Self.integer(element["price"])
            uid = element["uid"]
        default:
            return nil
        }
        name = element["user"]
    }

    /// Creates a comment with a time and a text.
    package init(time: Int64, text: [UInt8]) {
        self.time = time
        self.text = text
    }

    private static func gift(_ name: [UInt8], count: [UInt8]) -> [UInt8] {
        name + (count.isEmpty ? [] : Array(" ×".utf8) + count)
    }

    private static func milliseconds(ofSeconds text: some Collection<UInt8>) -> Int64? {
        ClientNumber.decimal(text, in: -1e12...1e12).flatMap { ClientNumber.saturated($0 * 1000, to: .min ... .max) }
    }

    /// Prices may be written `30` or `30.0`.
    private static func integer(_ text: [UInt8]) -> Int? {
        ClientNumber.decimal(text, in: -1e15...1e15).flatMap { Int(exactly: $0.rounded()) }
    }
}
