package import DanmakuPipeline

extension RoomName {
    /// Reads a room's name from a path: percent escapes are undone, since browsers escape the colon.
    ///
    /// - Parameter component: The part of the path; `nil` comes of one that is not a valid name.
    package init?(path component: some StringProtocol) {
        var name: [UInt8] = []
        var rest = component.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                name.append(byte)
                continue
            }
            guard let high = Self.digit(rest.next()), let low = Self.digit(rest.next()) else {
                return nil
            }
            name.append(high << 4 | low)
        }
        self.init(name)
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(Unicode.Scalar($0)).hexDigitValue }.map { UInt8($0) }
    }
}
