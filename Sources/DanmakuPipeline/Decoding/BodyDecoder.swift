/// Decodes an `application/json` body: one comment, or an array of them.
///
/// A body that is not JSON is refused as a whole, before any of it is offered. An item that is wrong by itself (a field,
/// its UTF-8, its nesting, not an object) is rejected alone.
package struct BodyDecoder: Sendable {
    /// Why a body was refused as a whole.
    package enum Failure: Error, Equatable {
        /// Neither an object nor an array, or not well-formed.
        case invalidJSON
        /// An array of more items than allowed.
        case tooManyItems
    }

    /// What a body held.
    package struct Output: Sendable {
        /// The comments and rejections, by index from 0.
        package var chunk: CommentChunk
        /// How many items the body had: comments and rejections together.
        package var count: Int
    }

    private let decoder: CommentDecoder
    private let maxItems: Int

    /// Creates a decoder.
    package init(fixedRoom: RoomName? = nil, maxItems: Int = 1000) {
        decoder = CommentDecoder(fixedRoom: fixedRoom)
        self.maxItems = maxItems
    }

    /// Decodes a whole body.
    package func decode(_ body: UnsafeRawBufferPointer) throws(Failure) -> Output {
        let front = decoder.fixedRoom?.bytes ?? []
        var chunk = CommentChunk(byteCapacity: front.count + body.count)
        chunk.bytes.append(contentsOf: front)
        chunk.bytes.append(contentsOf: body)
        var comments: [DecodedComment] = []
        var rejections: [Rejection] = []
        let outcome = chunk.bytes.withUnsafeMutableBufferPointer { bytes -> Result<UInt64, Failure> in
            guard let base = bytes.baseAddress else {
                return .failure(.invalidJSON)
            }
            var scanner = JSONScanner(base: base, from: front.count, to: bytes.count)
            scanner.toleratesBadStrings = true
            return decodeItems(&scanner, &comments, &rejections)
        }
        let count = try outcome.get()
        chunk.comments = comments
        chunk.rejections = rejections
        return Output(chunk: chunk, count: Int(count))
    }

    private func decodeItems(
        _ scanner: inout JSONScanner,
        _ comments: inout [DecodedComment],
        _ rejections: inout [Rejection]
    ) -> Result<UInt64, Failure> {
        var count: UInt64 = 0
        switch scanner.nextAfterBlanks() {
        case UInt8(ascii: "{"):
            guard decodeItem(&scanner, item: 0, &comments, &rejections) else {
                return .failure(.invalidJSON)
            }
            count = 1
        case UInt8(ascii: "["):
            scanner.position += 1
            if scanner.nextAfterBlanks() == UInt8(ascii: "]") {
                scanner.position += 1
                break
            }
            while true {
                guard count < maxItems else {
                    return .failure(.tooManyItems)
                }
                guard decodeItem(&scanner, item: count, &comments, &rejections) else {
                    return .failure(.invalidJSON)
                }
                count += 1
                let byte = scanner.nextAfterBlanks()
                scanner.position += 1
                if byte == UInt8(ascii: "]") {
                    break
                }
                guard byte == UInt8(ascii: ",") else {
                    return .failure(.invalidJSON)
                }
            }
        default:
            return .failure(.invalidJSON)
        }
        guard scanner.nextAfterBlanks() == 0, scanner.position == scanner.end else {
            return .failure(.invalidJSON)
        }
        return .success(count)
    }

    /// Decodes one item and passes over it; false if the body cannot be read any further.
    private func decodeItem(
        _ scanner: inout JSONScanner,
        item: UInt64,
        _ comments: inout [DecodedComment],
        _ rejections: inout [Rejection]
    ) -> Bool {
        scanner.hasBadString = false
        let result: Result<DecodedComment, CommentError>
        do throws(JSONScanner.Failure) {
            if scanner.nextAfterBlanks() == UInt8(ascii: "{") {
                result = try decoder.object(&scanner, item: item)
            } else {
                try scanner.skipValue()
                result = .failure(.invalidJSON)
            }
        } catch .depth {
            guard scanner.skipDeepValue() else {
                return false
            }
            result = .failure(.invalidJSON)
        } catch {
            return false
        }
        switch result {
        case .success(let comment) where !scanner.hasBadString:
            comments.append(comment)
        case .failure(let error) where !scanner.hasBadString:
            rejections.append(Rejection(item: item, error: error))
        case .success, .failure:
            // As in a line: what is not Unicode is called so, whatever else is wrong with it.
            rejections.append(Rejection(item: item, error: .invalidUTF8))
        }
        return true
    }
}
