package import DanmakuPipeline

extension RoomName {
    /// Reads a room's name from a path: percent escapes are undone, since browsers escape the colon.
    ///
    /// - Parameter component: The part of the path.
    /// - Returns: The name's bytes; `nil` if it is no room's name.
    package static func fromPath(_ component: some StringProtocol) -> [UInt8]? {
        var name: [UInt8] = []
        var rest = component.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                name.append(byte)
                continue
            }
            guard let high = digit(rest.next()), let low = digit(rest.next()) else {
                return nil
            }
            name.append(high << 4 | low)
        }
        return name.withUnsafeBufferPointer { isValid($0) } ? name : nil
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { UInt8($0) }
    }
}
