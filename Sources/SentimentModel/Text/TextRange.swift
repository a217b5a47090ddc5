/// Where a text lies in the buffer that holds it: an offset and a length, both in bytes.
public struct TextRange: Sendable, Equatable, Hashable {
    /// The offset of the first byte.
    public var start: UInt32
    /// The number of bytes; 0 stands for an absent field.
    public var count: UInt32

    /// Creates a range from an offset and a length in bytes.
    @inlinable
    public init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// The range of an absent field.
    public static let empty = TextRange(start: 0, count: 0)

    /// The range as array indices.
    @inlinable
    public var indices: Range<Int> {
        let lower = Int(start)
        return lower..<(lower &+ Int(count))
    }

    /// Whether the field is absent or empty.
    @inlinable
    public var isEmpty: Bool {
        count == 0
    }
}
