/// A trained model, mapped from its file.
///
/// Loading validates size, version, checksum and every number before anything is used; what remains are weights, and
/// any weights are safe. The table is not copied, so processes that serve the same file share its pages; only an index of
/// four bytes a line is made beside it.
public final class LinearModel: Sendable {
    /// A longer file is refused unread.
    private static let sizeLimit = ModelHeader.size + ModelHeader.lineLimit * FeatureTable.lineSize

    let header: ModelHeader
    let table: FeatureTable
    /// Keeps the pages of ``table`` in place.
    private let file: MappedFile

    /// Maps and checks a model file.
    ///
    /// - Parameter path: The file. Replace it by renaming a new one over it, never in place.
    /// - Throws: ``ModelFileError`` when the file cannot be used; nothing else has changed then.
    public init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path, limit: Self.sizeLimit)
        header = try ModelHeader(checking: file.bytes, path: path)
        guard let start = file.bytes.baseAddress else {
            throw ModelFileError(.notAModel, "\(path): the file is empty")
        }
        let lines = start + ModelHeader.size
        let filter = FeatureTable.makeFilter(lines: lines, count: header.lines)
        table = FeatureTable(lines: lines, lineCount: UInt64(header.lines), filter: filter)
        self.file = file
    }

    deinit {
        table.filter.deallocate()
    }

    /// A short name that tells one set of weights from another.
    public var name: String {
        header.name
    }

    /// The bytes that the model takes: its file's pages and the index beside them.
    public var memoryBytes: Int {
        header.fileSize + header.lines * MemoryLayout<UInt32>.size
    }

    /// The bytes of the file.
    public var fileSize: Int {
        header.fileSize
    }
}
