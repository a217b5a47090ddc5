extension Frame {
    /// A mood.
    static func mood(
        _ snapshot: MoodSnapshot,
        detail: MoodSnapshot.Detail,
        room: [UInt8],
        id: EventID
    ) -> Frame {
        var encoder = EventEncoder(capacity: snapshot.footprint + 128)
        encoder.id(id)
        encoder.event("mood")
        encoder.data { snapshot.encode(room: room, detail: detail, into: &$0) }
        return encoder.finish()
    }

    /// An alert.
    static func alert(_ alert: RoomAlert, room: [UInt8], id: EventID) -> Frame {
        var encoder = EventEncoder(capacity: alert.footprint + 128)
        encoder.id(id)
        encoder.event("alert")
        encoder.data { alert.encode(room: room, into: &$0) }
        return encoder.finish()
    }

    /// Every comment of a flush.
    ///
    /// - Parameters:
    ///   - results: The flush.
    ///   - room: The room's name.
    ///   - id: The entry's id.
    ///   - displayed: Set to where the objects of the displayed comments lie, so that the display frame copies them.
    /// - Returns: The frame.
    static func full(
        _ results: PublishedResults,
        room: [UInt8],
        id: EventID,
        displayed: inout [Range<Int>]
    ) -> Frame {
        let block = results.block
        var encoder = EventEncoder(capacity: block.bytes.count + 240 * block.results.count + 160)
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(results.displayed.count)
        encoder.id(id)
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

    /// What `display` shows of a flush.
    ///
    /// - Parameters:
    ///   - results: The flush.
    ///   - room: The room's name.
    ///   - id: The entry's id.
    ///   - encoded: The full frame, if it is cached, and where in it the objects of the displayed comments lie.
    /// - Returns: The frame.
    static func display(
        _ results: PublishedResults,
        room: [UInt8],
        id: EventID,
        encoded: (full: Frame, objects: [Range<Int>])?
    ) -> Frame {
        var encoder = EventEncoder(capacity: 300 * results.displayed.count + 160)
        encoder.id(id)
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
                    // Reopens the object.
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
