import DanmakuPipeline
import DanmakuServer
import Foundation
import Testing

/// `docs/contract.md` and the code, against each other in both directions.
@Suite("The contract's page")
struct ContractPageTests {
    private let page: ContractPage

    init() throws {
        page = try ContractPage()
    }

    @Test("Every event has its own heading, with an example of it or the words that it is never sent")
    func events() throws {
        let section = try #require(page.section("### Events"))
        let headings = section.split(separator: "\n").filter { $0.hasPrefix("#### ") }
        expect(headings.flatMap { ContractPage.names(in: $0) }, are: try Self.eventNames())
        for heading in headings {
            let name = try #require(ContractPage.names(in: heading).first)
            let text = try #require(page.section(String(heading)))
            #expect(text.contains("event: \(name)\n") || text.contains("Never sent"), "\(name) has no example")
        }
    }

    @Test("Every error code is listed")
    func codes() throws {
        let section = try #require(page.section("## Error codes"))
        let codes =
            CommentError.allCases.map(\.rawValue) + HTTPFailure.Code.allCases.map(\.rawValue)
            + MissingResult.allCases.map(\.rawValue) + ["\(IngestFailure.lineTooLong(line: 1).code)"]
            + ["\(IngestFailure.lineTimeout(line: 1).code)"]
        expect(ContractPage.names(in: section), are: Array(Set(codes)))
    }

    @Test("Every configuration key is listed, as stable or as one that tunes")
    func keys() throws {
        let stable = ContractPage.names(in: try #require(page.section("### Keys that are stable")))
        let tuning = ContractPage.names(in: try #require(page.section("### Keys that tune")))
        expect(stable + tuning, are: ConfigurationTable.keys.map(\.name))
    }

    @Test("Every metric of a running server is listed, with its type, its labels and their values", .serves)
    func metrics() async throws {
        let section = try #require(page.section("## Metrics"))
        let rows = ContractPage.rows(in: section)
        try await RunningServer.with { server in
            let exposition = try Exposition(try await server.request("GET /metrics HTTP/1.1").body)
            expect(rows.flatMap { ContractPage.names(in: $0[0]) }, are: exposition.order)
            for row in rows {
                let name = try #require(ContractPage.names(in: row[0]).first)
                let family = try #require(exposition.families[name])
                #expect(row.count == 4 && !row[3].isEmpty, "\(name) has no meaning")
                #expect(row[1] == family.kind, "\(name)")
                try expect(labels: row[2], of: name, are: family.samples)
            }
        }
    }

    @Test("The reasons of a breaker are listed, which a new server has none of")
    func reasons() throws {
        let section = try #require(page.section("## Metrics"))
        let row = try #require(
            ContractPage.rows(in: section).first { $0[0] == "`danmaku_breaker_transitions_total`" }
        )
        let reasons = try #require(Self.labels(in: row[2])["reason"])
        expect(Array(reasons), are: CircuitBreaker.Reason.allCases.map(\.rawValue))
    }

    /// The names of events, read from the sources that encode them: no type lists all of them.
    private static func eventNames() throws -> [String] {
        let folder = ContractPage.root.appending(path: "Sources/DanmakuPipeline")
        var names: Set<String> = []
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        )
        where file.pathExtension == "swift" {
            let source = try String(contentsOf: file, encoding: .utf8)
            names.formUnion(source.matches(of: /event(?:\(|: )"([a-z]+)"/).map { String($0.1) })
            if file.lastPathComponent.hasPrefix("StreamEvent") {
                names.formUnion(source.matches(of: /(?:last\(|case \.[a-z]+: )"([a-z]+)"/).map { String($0.1) })
            }
        }
        return Array(names)
    }

    private func expect(_ listed: [String], are known: [String]) {
        #expect(Set(listed).count == listed.count, "a name is listed twice")
        #expect(Set(listed).subtracting(known).isEmpty, "the page has names that the code has not")
        #expect(Set(known).subtracting(listed).isEmpty, "the code has names that the page has not")
    }

    /// Compares the labels of a row with the samples of its family; a label without values may have any.
    private func expect(labels cell: String, of name: String, are samples: [Exposition.Sample]) throws {
        let listed = Self.labels(in: cell)
        guard !samples.isEmpty else {
            return
        }
        for sample in samples {
            #expect(Set(listed.keys) == Set(sample.labels.keys).subtracting(["le"]), "\(name)")
        }
        for (label, values) in listed where !values.isEmpty {
            #expect(values == Set(samples.compactMap { $0.labels[label] }), "\(name){\(label)}")
        }
    }

    /// Reads `label`: `value`, `value`; `label`: `value`.
    private static func labels(in cell: String) -> [String: Set<String>] {
        var labels: [String: Set<String>] = [:]
        for part in cell.split(separator: ";") {
            let names = ContractPage.names(in: part)
            if let label = names.first {
                labels[label] = Set(names.dropFirst())
            }
        }
        return labels
    }
}
