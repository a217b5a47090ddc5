import DanmakuPipeline
import DanmakuTestKit

/// Log entries as they come from another process or another run.
///
/// Input: one record. Rules: what decodes encodes to the same bytes; no shorter and no longer record decodes; each of its
/// frames is one event whose data is JSON.
enum EntryHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        let bytes = input.rest
        let draft: EntryDraft
        do throws(EntryDecodingError) {
            draft = try EntryCodec.decode(bytes)
        } catch {
            try require(error.offset <= bytes.count, "\(error) in \(bytes.count) bytes")
            return
        }
        let again = EntryCodec.encode(draft)
        try require(again == bytes, "\(bytes) became \(again)")
        for count in Set(0..<min(bytes.count, 64)).union(max(0, bytes.count - 64)..<bytes.count) {
            try require(failure(Array(bytes[..<count])) == .truncated, "\(count) of \(bytes.count) bytes decode")
        }
        try require(failure(bytes + [0]) == .trailingBytes, "a byte after the entry decodes")
        try checkFrames(draft)
    }

    private static func failure(_ bytes: [UInt8]) -> EntryDecodingError.Code? {
        do throws(EntryDecodingError) {
            _ = try EntryCodec.decode(bytes)
            return nil
        } catch {
            return error.code
        }
    }

    private static func checkFrames(_ draft: EntryDraft) throws {
        let log = LogReplica(ringBytes: 1 << 30, epoch: "e")
        let reader = LogReader(log: log) {}
        log.append([draft], now: 0)
        for entry in reader.entries([1]) {
            for level in DetailLevel.allCases where entry.isVisible(at: level) {
                var parser = EventStreamParser()
                parser.feed(entry.frame(at: level, epoch: log.epoch).frame.bytes)
                try require(parser.events.count == 1 && !parser.isWithinEvent, "\(level): \(parser.events)")
                var oracle = JSONOracle(Array(parser.events[0].data.utf8))
                let value = try? oracle.document()
                try require(value != nil, "\(level): \(parser.events[0].data)")
            }
        }
    }
}
