import SentimentModel

extension CommentChunk {
    /// Makes a chunk of comments that are values already: of the demo, of a platform's client, of a test.
    ///
    /// The rules are those of every other source: a comment that breaks one becomes a rejection.
    package struct Builder: Sendable {
        /// What was added so far.
        package private(set) var chunk: CommentChunk

        /// Creates a builder of an empty chunk with room for some bytes and comments.
        package init(byteCapacity: Int = 0, commentCapacity: Int = 0) {
            chunk = CommentChunk(byteCapacity: byteCapacity, commentCapacity: commentCapacity)
        }

        /// Adds one comment.
        ///
        /// - Parameters:
        ///   - comment: The comment.
        ///   - item: What it is called in a rejection; greater than those before.
        package mutating func append(_ comment: SourceComment, item: UInt64) {
            var rules = CommentRules()
            rules.setRoom(add(comment.room.bytes))
            rules.setText(add(comment.text.utf8))
            rules.setKind(comment.kind)
            let id = comment.id.map { ($0, add($0.text.utf8)) }
            let uid = add(comment.uid.utf8)
            let name = add(comment.name.utf8)
            let price = add(comment.price.utf8).range
            if !price.isEmpty {
                if isNumber(price) {
                    rules.setPrice(price, in: chunk.bytes.span)
                } else {
                    rules.refuse()
                }
            }
            if let sentAt = comment.sentAt {
                rules.setTime(sentAt)
            }
            var buffer = chunk.bytes.mutableSpan
            if let (id, found) = id {
                rules.setID(found, isInteger: id.isInteger, in: &buffer)
            }
            rules.setUID(uid, in: &buffer)
            rules.setName(name, in: &buffer)
            switch rules.comment(in: &buffer, fixedRoom: nil, item: item) {
            case .success(let comment): chunk.comments.append(comment)
            case .failure(let error): chunk.rejections.append(Rejection(item: item, error: error))
            }
        }

        private mutating func add(_ field: some Collection<UInt8>) -> FoundString {
            let start = chunk.bytes.count
            chunk.bytes.append(contentsOf: field)
            return FoundString(TextRange(start: start, count: chunk.bytes.count - start), hasControls: true)
        }

        private mutating func isNumber(_ range: TextRange) -> Bool {
            let indices = range.indices
            return chunk.bytes.withUnsafeMutableBufferPointer { bytes in
                var scanner = JSONScanner(base: bytes.baseAddress!, from: indices.lowerBound, to: indices.upperBound)
                return (try? scanner.number()) != nil && scanner.position == scanner.end
            }
        }
    }
}

extension SourceComment.ID {
    fileprivate var isInteger: Bool {
        switch self {
        case .text: false
        case .integer: true
        }
    }

    fileprivate var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        }
    }
}
