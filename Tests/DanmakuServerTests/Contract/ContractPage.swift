import Foundation

/// `docs/contract.md`, read by its headings.
struct ContractPage {
    /// The repository.
    static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    private let text: String

    /// Reads the page.
    init() throws {
        text = try String(contentsOf: Self.root.appending(path: "docs/contract.md"), encoding: .utf8)
    }

    /// The text under a heading, its subsections included.
    ///
    /// - Parameter heading: The whole line: `### Events`.
    /// - Returns: The text; `nil` if there is no such heading.
    func section(_ heading: String) -> String? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.firstIndex(where: { $0 == heading }) else {
            return nil
        }
        let level = Self.level(of: lines[first])
        var isCode = false
        let rest = lines[(first + 1)...]
            .prefix { line in
                if line.hasPrefix("```") {
                    isCode.toggle()
                }
                return isCode || Self.level(of: line) == 0 || Self.level(of: line) > level
            }
        return rest.joined(separator: "\n")
    }

    /// What stands between backticks in a text, in order.
    static func names(in text: some StringProtocol) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// The cells of each row of the tables in a text whose first cell is a name in backticks.
    static func rows(in text: String) -> [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }

    private static func level(of line: Substring) -> Int {
        let marks = line.prefix { $0 == "#" }.count
        return line.dropFirst(marks).first == " " ? marks : 0
    }
}
