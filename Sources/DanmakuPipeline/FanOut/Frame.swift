import Synchronization

/// An encoded event: plain SSE bytes, shared by all subscribers of a room and level.
///
/// An edge may keep its own form of the bytes here (``rendered(_:make:)``), so that the copy into it is made once.
package final class Frame: Sendable {
    /// The event, from its first field to its blank line.
    package let bytes: [UInt8]
    /// How many of the first bytes are the `id` field.
    package let idCount: Int

    private let rendering = Mutex<(any Sendable)?>(nil)

    /// Creates a frame.
    package init(bytes: [UInt8], idCount: Int) {
        self.bytes = bytes
        self.idCount = idCount
    }

    /// Bytes of memory it holds once an edge has made its own form of it.
    package var footprint: Int {
        2 * bytes.count + 160
    }

    /// The edge's form of the frame: made by whoever asks first, one form per process.
    package func rendered<Form: Sendable>(_ form: Form.Type, make: ([UInt8]) -> Form) -> Form {
        rendering.withLock { rendering in
            if let made = rendering as? Form {
                return made
            }
            let made = make(bytes)
            rendering = made
            return made
        }
    }

    /// The same event without its `id`: a browser keeps the last one.
    package var withoutID: Frame {
        idCount == 0 ? self : Frame(bytes: Array(bytes[idCount...]), idCount: 0)
    }
}
