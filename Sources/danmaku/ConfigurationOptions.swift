import ArgumentParser
import DanmakuServer
import Foundation

/// The options that name the sources of the configuration, for every command that needs it.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML or JSON file of configuration keys.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Key http.port.", valueName: "port"))
    var httpPort: String?

    @Option(help: ArgumentHelp("Key ingest.port.", valueName: "port"))
    var ingestPort: String?

    @Option(help: ArgumentHelp("Keys http.host and ingest.host.", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("Key scoring.model.", valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("Key http.web-directory.", valueName: "dir"))
    var web: String?

    @Flag(help: "Key demo.enabled: feed a built-in stream of comments into a few rooms.")
    var demo = false

    @Option(help: ArgumentHelp("Key log.format: human or json.", valueName: "format"))
    var logFormat: String?

    @Option(help: ArgumentHelp("Key log.level.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("Any key of `danmaku config`; may be repeated.", valueName: "key=value"))
    var set: [String] = []

    /// Weighs command line, environment and file.
    ///
    /// - Throws: ``ConfigurationProblem`` for the first thing that is wrong.
    func values() throws -> ConfigurationValues {
        var sources = ConfigurationSources(environment: ProcessInfo.processInfo.environment)
        let flags: [(flag: String, keys: [String], value: String?)] = [
            ("--http-port", ["http.port"], httpPort),
            ("--ingest-port", ["ingest.port"], ingestPort),
            ("--host", ["http.host", "ingest.host"], host),
            ("--model", ["scoring.model"], model),
            ("--web", ["http.web-directory"], web),
            ("--demo", ["demo.enabled"], demo ? "true" : nil),
            ("--log-format", ["log.format"], logFormat),
            ("--log-level", ["log.level"], logLevel),
        ]
        for case (let flag, let keys, let value?) in flags {
            sources.commandLine += keys.map {
                ConfigurationSetting(name: $0, value: value, origin: .commandLine(flag))
            }
        }
        sources.commandLine += try set.map(ConfigurationSources.setting(fromArgument:))
        if let config {
            try sources.readFile(config)
        }
        return try sources.resolve()
    }
}

extension ConfigurationProblem {
    /// Says the problem in one line and names the exit status.
    func reported() -> ExitCode {
        FileHandle.standardError.write(Data("danmaku: \(self)\n".utf8))
        return ExitCode(Self.exitStatus)
    }
}
