import DanmakuServer

/// The first bytes of an ingest connection: the PROXY header, and what shows that it speaks another protocol.
///
/// Input: a byte that seeds the cuts, then the bytes. Rules: more bytes never change a verdict, a header is found at its
/// last byte and not before, and no verdict depends on the cuts.
enum PrefaceHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var input = input
        let seed = input.byte()
        let bytes = input.rest
        let whole = ProxyHeader.read(bytes)
        for count in 0...min(bytes.count, 2100) {
            let part = ProxyHeader.read(bytes.prefix(count))
            switch part {
            case .incomplete: break
            case .invalid: try require(whole == .invalid, "\(count) bytes are no header, all are \(whole)")
            case .complete(let length, _):
                try require(length <= count, "a header of \(length) bytes was read from \(count)")
                try require(part == whole, "\(count) bytes are \(part), all are \(whole)")
            }
            if case .complete(let length, _) = whole, count < length {
                try require(part == .incomplete, "\(count) of \(length) bytes are \(part)")
            }
        }
        if whole == .incomplete {
            try require(bytes.count < ProxyHeader.longest, "\(bytes.count) bytes are not enough for a header")
        }
        let verdicts = Cuts.all(of: bytes, seed: seed).map(foreign)
        try require(Set(verdicts).count == 1, "the protocol depends on the cuts: \(verdicts)")
    }

    /// The protocol that a connection's reads show, and whether it is still undecided after them.
    private static func foreign(_ reads: [[UInt8]]) -> String {
        var preface = Preface()
        for read in reads {
            if let found = preface.look(at: read) {
                return "\(found)"
            }
        }
        return preface.isUndecided ? "undecided" : "lines"
    }
}
