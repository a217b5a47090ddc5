import DanmakuTestKit
import Foundation
import Testing

@testable import DanmakuServer

/// Edge values for every numeric key from every source, and for every numeric option of the program.
@Suite("Edge values in the configuration")
struct EdgeNumberConfigurationTests {
    private static let keys: [(key: ConfigurationKey, range: ClosedRange<Int>)] = ConfigurationTable.keys.compactMap {
        key in
        if case .integer(let range) = key.kind {
            return (key, range)
        }
        return nil
    }

    private func check(_ sources: ConfigurationSources, _ key: String, _ range: ClosedRange<Int>, _ text: String) {
        do {
            let values = try sources.resolve()
            let value = values.integer(key)
            #expect(range.contains(value), "\(key) \(text)")
            #expect(
                EdgeNumbers.integer(text).map { Int($0) } == value || !EdgeNumbers.isInteger(text),
                "\(key) \(text)"
            )
            _ = Server.Configuration(values)
        } catch let problem as ConfigurationProblem {
            #expect(!problem.description.contains("\n"), "\(key) \(text)")
            let isInRange = EdgeNumbers.integer(text).map { range.contains(Int($0)) } ?? false
            #expect(!isInRange, "\(key) \(text)")
        } catch {
            Issue.record("\(key) \(text): \(error)")
        }
    }

    @Test("from the command line and the environment", .computes)
    func settings() {
        #expect(Self.keys.count > 30)
        for (key, range) in Self.keys {
            for text in EdgeNumbers.texts + ["\(range.lowerBound)", "\(range.upperBound)"] {
                let setting = ConfigurationSetting(name: key.name, value: text, origin: .commandLine("--set"))
                check(ConfigurationSources(commandLine: [setting]), key.name, range, text)
                check(ConfigurationSources(environment: [key.environmentName: text]), key.name, range, text)
            }
        }
    }

    @Test("from files", .computes)
    func files() throws {
        for (key, range) in Self.keys {
            for text in EdgeNumbers.texts {
                for (content, path) in [("\(key.name): \(text)", "a.yaml"), ("{\"\(key.name)\":\(text)}", "a.json")] {
                    guard let settings = try? ConfigurationFile.settings(in: content, path: path) else {
                        continue
                    }
                    // The file's own grammar may read another spelling of the number.
                    let spelling = settings.first?.value ?? ""
                    check(ConfigurationSources(file: settings), key.name, range, spelling)
                }
            }
        }
    }
}

@Suite("Edge values on the command line", .serves, .enabled(if: Executable.path != nil, "the program is not built"))
struct EdgeNumberCommandLineTests {
    /// What no option takes for a number.
    private static let wrong = ["nan", "99999999999999999999", "-1e5", "", "0x10", "1e400"]

    private static let options: [[String]] =
        [["serve", "--http-port"], ["serve", "--ingest-port"], ["config", "--http-port"]]
        + [["evaluate", "/dev/null", "--measure-milliseconds"]]
        + ["--speed", "--retry-seconds", "--to"].map { ["replay", "/dev/null", $0] }
        + [
            "epochs", "learning-rate", "live-rate", "decay", "live-decay", "gate-epochs", "dropout", "minimum-count",
            "lines",
            "prune-after", "class-balance", "emotion-weight", "patience", "prior-shift", "character-order",
            "word-order",
            "whole-text", "short-text", "seed",
        ]
        .map { ["train", "/dev/null", "-o", "/dev/null", "--\($0)"] }

    @Test("a number that is none is one line and status 64, never a signal", arguments: options)
    func wrongNumbers(option: [String]) async throws {
        for text in Self.wrong {
            var arguments = option
            arguments[arguments.count - 1] += option.last == "--to" ? "=127.0.0.1:\(text)" : "=\(text)"
            let program = try Executable(arguments)
            #expect(await program.exitStatus() == 64, "\(arguments)")
            #expect(program.lines.count == 1, "\(arguments): \(program.lines)")
            #expect(program.lines.first?.hasPrefix("danmaku: ") == true)
        }
    }
}
