import ArgumentParser
import DanmakuServer

/// `danmaku config`: every key, its value and where it came from.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print every configuration key, its value and where it came from.",
        discussion: "It accepts the options of `danmaku serve` and prints what a start with them would use."
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print a JSON array, with type, unit, default and allowed values.")
    var json = false

    @Flag(help: "Print the README's table of keys as Markdown.")
    var markdown = false

    func validate() throws {
        guard !(json && markdown) else {
            throw ValidationError("Use either --json or --markdown.")
        }
    }

    func run() throws {
        do {
            let report = ConfigurationReport(try options.values())
            print(report.text(json ? .json : markdown ? .markdown : .human), terminator: "")
        } catch let problem as ConfigurationProblem {
            throw problem.reported()
        }
    }
}
