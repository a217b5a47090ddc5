/// Writes one Server-Sent Event (WHATWG HTML, "Server-sent events"): `id`, `event`, `retry`, then `data`, then a blank line.
package struct EventEncoder {
    private var writer: JSONWriter
    private var idCount = 0

    /// Creates an encoder with room for some bytes.
    package init(capacity: Int = 256) {
        writer = JSONWriter(capacity: capacity)
    }

    /// Writes `id: <epoch>-<sequence>`; before any other field.
    package mutating func id(epoch: [UInt8], sequence: UInt64) {
        writer.raw("id: ")
        writer.raw(epoch)
        writer.raw("-")
        writer.integer(sequence)
        writer.raw("\n")
        idCount = writer.bytes.count
    }

    /// Writes the event's name, which holds no line end.
    package mutating func event(_ name: StaticString) {
        writer.raw("event: ")
        writer.raw(name)
        writer.raw("\n")
    }

    /// Writes `retry`: how long a browser waits before it connects again.
    package mutating func retry(milliseconds: Int) {
        writer.raw("retry: ")
        writer.integer(milliseconds)
        writer.raw("\n")
    }

    /// Writes compact JSON as `data`. `JSONWriter` escapes every line end, so the object is one line by construction.
    package mutating func data(_ encode: (inout JSONWriter) -> Void) {
        writer.raw("data: ")
        encode(&writer)
        writer.raw("\n")
    }

    /// The number of bytes so far.
    var count: Int {
        writer.bytes.count
    }

    /// The bytes so far of one range.
    func bytes(in range: Range<Int>) -> ArraySlice<UInt8> {
        writer.bytes[range]
    }

    /// Ends the event.
    package consuming func finish() -> Frame {
        var writer = self.writer
        writer.raw("\n")
        return Frame(bytes: writer.bytes, idCount: idCount)
    }
}

extension Frame {
    /// A mood or an alert.
    static func body(_ body: EncodedBody, event: StaticString, id: (epoch: [UInt8], sequence: UInt64)) -> Frame {
        var encoder = EventEncoder(capacity: body.footprint + 128)
        encoder.id(epoch: id.epoch, sequence: id.sequence)
        encoder.event(event)
        encoder.data { body.encode(&$0) }
        return encoder.finish()
    }

    /// Every comment of a flush.
    ///
    /// - Parameter displayed: Where the objects of the displayed comments lie in the frame, so that the display frame
    ///   copies them.
    static func full(
        _ results: PublishedResults,
        room: [UInt8],
        id: (epoch: [UInt8], sequence: UInt64),
        displayed: inout [Range<Int>]
    ) -> Frame {
        let block = results.block
        var encoder = EventEncoder(capacity: block.bytes.count + 240 * block.results.count + 160)
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(results.displayed.count)
        encoder.id(epoch: id.epoch, sequence: id.sequence)
        encoder.event("sentiment")
        encoder.data { writer in
            openSentiment(room, &writer)
            var next = 0
            for index in block.results.indices {
                if index > 0 {
                    writer.raw(",")
                }
                let start = writer.bytes.count
                block.encode(index, room: room, into: &writer)
                if next < results.displayed.count, Int(results.displayed[next].index) == index {
                    ranges.append(start..<writer.bytes.count)
                    next += 1
                }
            }
            writer.raw("],\"omitted\":0}")
        }
        displayed = ranges
        return encoder.finish()
    }

    /// What `display` shows of a flush; an object that the full frame holds is copied from it.
    static func display(
        _ results: PublishedResults,
        room: [UInt8],
        id: (epoch: [UInt8], sequence: UInt64),
        encoded: (full: Frame, objects: [Range<Int>])?
    ) -> Frame {
        var encoder = EventEncoder(capacity: 300 * results.displayed.count + 160)
        encoder.id(epoch: id.epoch, sequence: id.sequence)
        encoder.event("sentiment")
        encoder.data { writer in
            openSentiment(room, &writer)
            for (place, displayed) in results.displayed.enumerated() {
                if place > 0 {
                    writer.raw(",")
                }
                if let encoded {
                    writer.raw(encoded.full.bytes[encoded.objects[place]])
                } else {
                    results.block.encode(Int(displayed.index), room: room, into: &writer)
                }
                if displayed.repeats > 1 {
                    writer.bytes.removeLast()
                    writer.raw(",\"repeat\":")
                    writer.integer(displayed.repeats)
                    writer.raw("}")
                }
            }
            writer.raw("],\"omitted\":")
            writer.integer(results.omitted)
            writer.raw("}")
        }
        return encoder.finish()
    }

    private static func openSentiment(_ room: [UInt8], _ writer: inout JSONWriter) {
        writer.raw("{\"room\":\"")
        writer.raw(room)
        writer.raw("\",\"results\":[")
    }
}
