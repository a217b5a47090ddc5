import ArgumentParser
import Foundation
import SentimentLab
import SentimentModel

/// `danmaku score`: one line in, one line of JSON out.
struct ScoreCommand: ParsableCommand {
    /// How a line of input holds its text.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case tsv
        case ndjson
    }

    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Score lines from standard input; print one JSON result per line, in the same order.",
        discussion: """
            Any input is accepted: an empty line gives a neutral result, bytes that are not UTF-8 are skipped. Only with \
            --format ndjson can a line be refused; its result is then {"error":"…"}.
            """
    )

    @Option(help: "text: the line; tsv: the text after the first tab; ndjson: the member \"text\" of an object.")
    var format = Format.text

    @OptionGroup var options: ScorerOptions

    private static let blockSize = 1 << 18

    func run() throws {
        let (scorer, shares) = try options.load()
        var lines = LineScorer(scorer: scorer, shares: shares, read: reader)
        var output: [UInt8] = []
        output.reserveCapacity(Self.blockSize * 2)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 64)
        defer { block.deallocate() }
        while true {
            let count = read(STDIN_FILENO, block.baseAddress, block.count)
            if count < 0 && errno == EINTR {
                continue
            }
            guard count >= 0 else { throw FileProblem(path: "standard input", errno: errno) }
            guard count > 0 else { break }
            lines.take(UnsafeBufferPointer(rebasing: block.bindMemory(to: UInt8.self)[..<count]), into: &output)
            if count < block.count {
                // The input pauses: its writer may be waiting for the answers.
                lines.flush(into: &output)
            }
            try write(&output)
        }
        lines.finish(into: &output)
        try write(&output)
    }

    private var reader: LineScorer.Reader {
        switch format {
        case .text: LineScorer.wholeLine
        case .tsv: LineScorer.lastColumns
        case .ndjson: Self.member
        }
    }

    private static func member(_ line: UnsafeBufferPointer<UInt8>, _ text: inout [UInt8]) -> StaticString? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(buffer: line)) as? [String: Any] else {
            return "invalid_json"
        }
        guard let member = object["text"] as? String else {
            return object["text"] == nil ? "text_missing" : "invalid_field"
        }
        text.append(contentsOf: member.utf8)
        return nil
    }

    /// Writes everything; a reader that has gone away ends the command quietly.
    private func write(_ output: inout [UInt8]) throws {
        var written = 0
        while written < output.count {
            let count = output.withUnsafeBytes { bytes in
                Foundation.write(STDOUT_FILENO, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 && errno == EINTR {
                continue
            }
            guard count > 0 else {
                if errno == EPIPE {
                    throw ExitCode.success
                }
                throw FileProblem(path: "standard output", errno: errno)
            }
            written += count
        }
        output.removeAll(keepingCapacity: true)
    }
}
