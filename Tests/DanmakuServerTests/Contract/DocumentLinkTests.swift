import Foundation
import Testing

/// The files that our pages name, against the tree.
@Suite("The pages' links")
struct DocumentLinkTests {
    private static let pages = [
        "README.md", "SECURITY.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/contract.md", "docs/errors.md",
        "docs/rooms.md", "loadtest/README.md",
    ]

    @Test("Every file that a page links to or names is there", arguments: pages)
    func files(page: String) throws {
        let file = ContractPage.root.appending(path: page)
        let text = try String(contentsOf: file, encoding: .utf8)
        let links = text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/)
            .map { file.deletingLastPathComponent().appending(path: String($0.1)) }
        let named = text.matches(of: /`((?:Sources|Tests|docs|deploy|loadtest|Scripts|Models|web-static)\/[^`*… <>]+)`/)
            .filter { !$0.1.contains("NNNN") }
            .map { ContractPage.root.appending(path: String($0.1)) }
        #expect(!(links + named).isEmpty)
        for target in links + named {
            #expect(FileManager.default.fileExists(atPath: target.path), "\(page): \(target.path)")
        }
    }

    @Test("Every heading that a page links to is there", arguments: pages)
    func headings(page: String) throws {
        let file = ContractPage.root.appending(path: page)
        let text = try String(contentsOf: file, encoding: .utf8)
        for link in text.matches(of: /\]\(([^)#:]*)#([^)]+)\)/) {
            let name = String(link.1)
            let target = name.isEmpty ? file : file.deletingLastPathComponent().appending(path: name)
            let anchors = try String(contentsOf: target, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("#") }.map(Self.anchor)
            #expect(anchors.contains(String(link.2)), "\(page) links to \(link.1)#\(link.2)")
        }
    }

    @Test("Every declaration that answers a newcomer's question is in the file that is named")
    func questions() throws {
        let text = try String(contentsOf: ContractPage.root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
        let answers = text.matches(of: /`([A-Za-z]+)` in `(Sources\/[^`]+)`/)
        #expect(answers.count >= 10)
        for answer in answers {
            let source = try String(contentsOf: ContractPage.root.appending(path: String(answer.2)), encoding: .utf8)
            let declaration = try Regex("(func|var|let|enum|struct|class|case) \(answer.1)\\b")
            #expect(source.contains(declaration), "\(answer.1) in \(answer.2)")
        }
    }

    /// A heading's anchor, as the hosts of repositories make it.
    private static func anchor(of heading: Substring) -> String {
        String(
            heading.drop { $0 == "#" || $0 == " " }.lowercased()
                .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == " " }
                .map { $0 == " " ? "-" : $0 }
        )
    }
}
