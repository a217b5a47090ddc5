import HTTPTypes
import DanmakuPipeline
import DanmakuServer
import Foundation
import Testing

/// `docs/errors.md` and the code's enums, against each other.
@Suite("The page of error codes")
struct ErrorPageTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
    private static let page: String = {
        (try? String(contentsOf: root.appending(path: "docs/errors.md"), encoding: .utf8)) ?? ""
    }()

    /// The rows of a section's table: the code, then the other cells.
    private func rows(of section: String) throws -> [(code: String, cells: [String])] {
        let sections = Self.page.components(separatedBy: "\n## ")
        let text = try #require(sections.first { $0.hasPrefix(section + "\n") })
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return (cells[0].trimmingCharacters(in: ["`"]), Array(cells.dropFirst()))
            }
    }

    private func expect(_ section: String, lists codes: [String]) throws {
        let listed = try rows(of: section).map(\.code)
        #expect(Set(listed).count == listed.count, "a code stands twice under \(section)")
        #expect(Set(listed) == Set(codes), "under \(section)")
        for row in try rows(of: section) {
            #expect(
                row.cells.count >= 2 && row.cells.allSatisfy { !$0.isEmpty },
                "\(row.code) has no meaning or advice"
            )
        }
    }

    @Test("The codes of a comment")
    func comments() throws {
        try expect("A comment", lists: CommentError.allCases.map(\.rawValue))
    }

    @Test("The codes of a request, with their status")
    func requests() throws {
        try expect("A request", lists: HTTPFailure.Code.allCases.map(\.rawValue))
        for row in try rows(of: "A request") {
            let code = try #require(HTTPFailure.Code(rawValue: row.code))
            #expect(row.cells[0] == String(code.status.code), "\(row.code)")
        }
    }

    @Test("The codes of an ingest connection")
    func connections() throws {
        try expect("An ingest connection", lists: Set(Self.connectionCodes()).sorted())
    }

    @Test("The codes of an element of wait=scored, besides those of a comment")
    func elements() throws {
        try expect("An element of `?wait=scored`", lists: MissingResult.allCases.map(\.rawValue))
    }

    /// Read from the source, because cases that carry a line's number cannot be listed by the type.
    private static func connectionCodes() throws -> [String] {
        let name = "Sources/DanmakuServer/Ingest/IngestFailure.swift"
        let source = try String(contentsOf: root.appending(path: name), encoding: .utf8)
        let property = try #require(source.components(separatedBy: "var code: StaticString {").last)
        let body = try #require(property.components(separatedBy: "\n    }\n").first)
        return body.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
