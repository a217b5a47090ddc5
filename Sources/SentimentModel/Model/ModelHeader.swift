/// The first 4 KiB of a model file; `docs/model-format.md` has the layout.
///
/// All numbers are little-endian. The checksum covers everything behind it.
package struct ModelHeader: Equatable {
    static let magic: [UInt8] = Array("DKMMODEL".utf8)
    static let formatVersion: UInt32 = 2
    /// The table begins on a page of its own.
    static let size = 4096
    /// The checksum covers the file from here.
    static let checksumStart = 32
    /// The longest name of a model, in bytes.
    static let nameLimit = 64
    /// One line per 64 bytes; more than any model of ours could use.
    static let lineLimit = 1 << 24

    /// The class orders, as they stand in the file.
    private static let polarityOrder: [UInt8] = Sentiment.Label.allCases.map(\.rawValue)
    private static let emotionOrder: [UInt8] = Sentiment.Emotion.allCases.map(\.rawValue)

    private enum Offset {
        static let version = 8
        static let space = 12
        static let fileSize = 16
        static let checksum = 24
        static let lines = 32
        static let switches = 36
        static let polarityOrder = 48
        static let emotionOrder = 52
        static let name = 64
        static let scales = 128
        static let biases = 192
        static let temperatures = 384
    }

    /// A short name that tells one set of weights from another.
    var name: String
    var space: FeatureSpace
    /// How many lines of 64 bytes the table has.
    var lines: Int
    /// What one step of a weight is worth, by domain (live, other) and output.
    var scales: [[Float]]
    /// The prior of each ``TextGroup`` in each domain, the domain changing faster, by output.
    var biases: [[Float]]
    /// What logits of each ``TextGroup`` are divided by so that confidences are honest.
    var temperatures: [Float]

    /// Creates a header.
    package init(
        name: String,
        space: FeatureSpace,
        lines: Int,
        scales: [[Float]],
        biases: [[Float]],
        temperatures: [Float]
    ) {
        self.name = name
        self.space = space
        self.lines = lines
        self.scales = scales
        self.biases = biases
        self.temperatures = temperatures
    }

    /// The bytes of a file that these describe.
    var fileSize: Int {
        Self.size + lines * FeatureTable.lineSize
    }
}

extension ModelHeader {
    /// Reads and checks the header of a whole file.
    ///
    /// - Parameters:
    ///   - file: The whole file's bytes.
    ///   - path: The file, for messages.
    /// - Throws: ``ModelFileError`` for whatever is wrong first.
    init(checking file: UnsafeRawBufferPointer, path: String) throws(ModelFileError) {
        guard file.count >= Self.magic.count, Self.magic.elementsEqual(file.prefix(Self.magic.count)) else {
            throw ModelFileError(.notAModel, "\(path): not a model file")
        }
        guard file.count >= Self.size else {
            throw ModelFileError(.wrongSize, "\(path): cut off within the header")
        }
        let version = Self.integer(file, Offset.version)
        guard version == Self.formatVersion else {
            throw ModelFileError(.unsupportedVersion, "\(path): format \(version), known is \(Self.formatVersion)")
        }
        let stated = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: Offset.fileSize, as: UInt64.self))
        guard stated == UInt64(file.count) else {
            throw ModelFileError(.wrongSize, "\(path): \(file.count) bytes, \(stated) expected")
        }
        let checksum = UInt64(littleEndian: file.loadUnaligned(fromByteOffset: Offset.checksum, as: UInt64.self))
        guard checksum == Checksum.of(UnsafeRawBufferPointer(rebasing: file[Self.checksumStart...])) else {
            throw ModelFileError(.damaged, "\(path): the checksum does not match")
        }
        let spaceVersion = Self.integer(file, Offset.space)
        guard spaceVersion == FeatureSpace.version else {
            throw ModelFileError(.unsupportedVersion, "\(path): feature space \(spaceVersion)")
        }
        guard Self.polarityOrder.elementsEqual(file[Offset.polarityOrder..<Offset.polarityOrder + 3]),
            Self.emotionOrder.elementsEqual(file[Offset.emotionOrder..<Offset.emotionOrder + 5])
        else {
            throw ModelFileError(.unsupportedVersion, "\(path): another order of classes")
        }
        let name = file[Offset.name..<Offset.name + Self.nameLimit].prefix { $0 != 0 }
        guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ModelFileError(.invalid, "\(path): the name is not printable")
        }
        let switches = file[Offset.switches..<Offset.switches + 8].map { $0 }
        self.init(
            name: String(decoding: name, as: UTF8.self),
            space: FeatureSpace(
                characterOrder: switches[0],
                wordOrder: switches[1],
                wholeTextLimit: switches[2],
                shortTextLimit: switches[3],
                hasGaps: switches[4] == 1,
                hasLexicon: switches[5] == 1
            ),
            lines: Int(Self.integer(file, Offset.lines)),
            scales: (0..<2).map { Self.floats(file, Offset.scales + $0 * 32, count: 8) },
            biases: (0..<6).map { Self.floats(file, Offset.biases + $0 * 32, count: 8) },
            temperatures: Self.floats(file, Offset.temperatures, count: 3)
        )
        guard space.isValid, switches[4] <= 1, switches[5] <= 1 else {
            throw ModelFileError(.invalid, "\(path): a switch of the feature space is out of range")
        }
        guard (1...Self.lineLimit).contains(lines), fileSize == file.count else {
            throw ModelFileError(.invalid, "\(path): \(lines) lines do not make \(file.count) bytes")
        }
        let numbers = Array((scales + biases).joined())
        guard numbers.allSatisfy({ $0.isFinite && abs($0) < 1000 }),
            temperatures.allSatisfy({ $0 > 0.01 && $0 < 100 })
        else {
            throw ModelFileError(.invalid, "\(path): a scale, bias or temperature is out of range")
        }
    }

    private static func integer(_ file: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: file.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func floats(_ file: UnsafeRawBufferPointer, _ offset: Int, count: Int) -> [Float] {
        (0..<count).map { Float(bitPattern: integer(file, offset + 4 * $0)) }
    }

    /// A whole file: this header before a table.
    package func file(_ table: [UInt8]) -> [UInt8] {
        precondition(table.count == lines * FeatureTable.lineSize, "the table must have the stated number of lines")
        precondition(space.isValid && name.utf8.count <= Self.nameLimit, "the header must be valid")
        var file = [UInt8](repeating: 0, count: Self.size)
        file.replaceSubrange(0..<8, with: Self.magic)
        Self.put(Self.formatVersion, into: &file, at: Offset.version)
        Self.put(FeatureSpace.version, into: &file, at: Offset.space)
        Self.put(UInt64(fileSize), into: &file, at: Offset.fileSize)
        Self.put(UInt32(lines), into: &file, at: Offset.lines)
        let switches = [
            space.characterOrder, space.wordOrder, space.wholeTextLimit, space.shortTextLimit,
            space.hasGaps ? 1 : 0, space.hasLexicon ? 1 : 0,
        ]
        file.replaceSubrange(Offset.switches..<Offset.switches + switches.count, with: switches)
        file.replaceSubrange(Offset.polarityOrder..<Offset.polarityOrder + 3, with: Self.polarityOrder)
        file.replaceSubrange(Offset.emotionOrder..<Offset.emotionOrder + 5, with: Self.emotionOrder)
        file.replaceSubrange(Offset.name..<Offset.name + name.utf8.count, with: name.utf8)
        for (index, value) in scales.joined().enumerated() {
            Self.put(value.bitPattern, into: &file, at: Offset.scales + 4 * index)
        }
        for (index, value) in biases.joined().enumerated() {
            Self.put(value.bitPattern, into: &file, at: Offset.biases + 4 * index)
        }
        for (index, value) in temperatures.enumerated() {
            Self.put(value.bitPattern, into: &file, at: Offset.temperatures + 4 * index)
        }
        file += table
        let checksum = file.withUnsafeBytes { bytes in
            Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[Self.checksumStart...]))
        }
        Self.put(checksum, into: &file, at: Offset.checksum)
        return file
    }

    private static func put<T: FixedWidthInteger>(_ value: T, into file: inout [UInt8], at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { bytes in
            file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
    }
}
