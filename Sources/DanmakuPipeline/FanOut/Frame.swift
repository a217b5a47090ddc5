import Synchronization

/// An encoded event: plain SSE bytes, shared by all subscribers of a room and level.
///
/// The edge keeps its own form of the bytes here (``form(_:)``), so that the copy into it is made once.
package final class Frame: Sendable {
    /// The event, from its first field to its blank line.
    package let bytes: [UInt8]
    /// How many of the first bytes are the `id` field.
    package let idCount: Int

    private let form = AtomicLazyReference<any AnyObject & Sendable>()

    /// Creates a frame.
    package init(bytes: [UInt8], idCount: Int) {
        self.bytes = bytes
        self.idCount = idCount
    }

    /// Bytes of memory that it holds with the edge's form of it.
    package var footprint: Int {
        2 * bytes.count + 208
    }

    /// The edge's form of the frame; the first caller makes it.
    ///
    /// Every later caller pays one atomic load. Two threads that call it first at the same time may both make a form; both
    /// get the one that is kept. A process has one class of forms: another class traps.
    package func form<Form: AnyObject & Sendable>(_ make: ([UInt8]) -> Form) -> Form {
        let kept = form.load() ?? form.storeIfNil(make(bytes))
        precondition(ObjectIdentifier(type(of: kept)) == ObjectIdentifier(Form.self), "a frame has one class of forms")
        return unsafeDowncast(kept, to: Form.self)
    }

    /// The same event without its `id`: a browser keeps the last one.
    package var withoutID: Frame {
        idCount == 0 ? self : Frame(bytes: Array(bytes[idCount...]), idCount: 0)
    }
}
