import DanmakuPipeline
import Hummingbird
import HummingbirdCore
import SentimentModel

/// The parameters of a request's query, read strictly: a parameter that is present must be valid.
struct QueryParameters {
    private let uri: URI

    /// Reads the query of a URI.
    init(_ uri: URI) {
        self.uri = uri
    }

    /// An integer of 64 bits, as JSON writes it: ASCII digits after an optional minus, without a plus or leading zeros.
    ///
    /// - Parameters:
    ///   - name: The parameter's name.
    ///   - range: What is allowed.
    /// - Returns: Its value; `nil` if it is not there.
    /// - Throws: `invalid_field` for anything else, and for a value outside the range.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(HTTPFailure) -> Int64? {
        guard let text = text(name) else {
            return nil
        }
        guard let value = ClientNumber.integer(text.utf8, in: range) else {
            let bounds =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "in \(range.lowerBound)…\(range.upperBound)"
            throw HTTPFailure(.invalidField, "\(name) must be an integer, \(bounds).")
        }
        return value
    }

    /// One of some words.
    ///
    /// - Parameters:
    ///   - name: The parameter's name.
    ///   - type: The words.
    /// - Returns: The word; `nil` if the parameter is not there.
    /// - Throws: `invalid_field` for any other word.
    func choice<Word>(_ name: String, _ type: Word.Type) throws(HTTPFailure) -> Word?
    where Word: RawRepresentable<String> & CaseIterable {
        guard let text = text(name) else {
            return nil
        }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPFailure(.invalidField, "\(name) must be one of \(words).")
        }
        return word
    }

    private func text(_ name: String) -> String? {
        uri.queryParameters.get(name)
    }
}
