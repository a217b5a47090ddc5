import ArgumentParser
import DanmakuReplay
import Foundation
import SentimentModel

/// `danmaku replay`: sends a recorded file into the ingest socket.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send a recorded file into a server's ingest socket, with its original timing.",
        discussion: """
            The format is detected from the content: NDJSON of comments (timed by sentAt, else by receivedAt), lines of \
            t_ms<TAB>text, or the XML of Bilibili and of recorders. A time that jumps back starts a new segment at once. \
            Each line gets an id of this run; after a lost connection, only lines that the server has not acknowledged \
            are sent again. Exit status 1 if a line was shed or never acknowledged. Rejected lines are counted; they do \
            not change the exit status.
            """
    )

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"))
    var file: String

    @Option(help: "The room of all comments. Default: each comment's own room, else one named after the file.")
    var room: String?

    @Option(help: "The factor of the recorded speed, or max.")
    var speed = ReplaySpeed(factor: 1)

    @Flag(help: "Start again at the end of the file.")
    var loop = false

    @Option(help: ArgumentHelp("The ingest socket.", valueName: "host:port"))
    var to = ReplayAddress(host: "127.0.0.1", port: 9000)

    @Option(help: "The ingest token, if the server requires one.")
    var token: String?

    @Option(
        help: ArgumentHelp(
            "The time without acknowledgements after which to give up; 0 never reconnects.",
            valueName: "s"
        ),
        transform: NumberOption.decimal(0...31_536_000)
    )
    var retrySeconds: Double = 60

    func validate() throws {
        if let room, room.isEmpty || room.utf8.count > 64 || !room.utf8.allSatisfy(Self.isRoomByte) {
            throw ValidationError("A room's name must be 1 to 64 of A-Z a-z 0-9 . _ : -")
        }
        if loop && file == "-" {
            throw ValidationError("Standard input cannot be replayed twice: --loop needs a file.")
        }
        if let token, !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            throw ValidationError("A token must be printable ASCII without quotes and backslashes.")
        }
    }

    func run() async throws {
        let client = ReplayClient(
            ReplayOptions(
                file: file,
                host: to.host,
                port: to.port,
                room: room ?? Self.room(named: file),
                keepsRooms: room == nil,
                speed: speed.factor,
                loops: loop,
                token: token,
                retrySeconds: retrySeconds,
                run: String(UInt64.random(in: .min ... .max), radix: 36)
            )
        )
        let start = ContinuousClock.now
        let report = ReplayReport(
            address: to.description,
            isTerminal: isatty(STDERR_FILENO) == 1,
            clock: .continuous,
            write: { FileHandle.standardError.write(Data($0.utf8)) }
        )
        let interruption = Self.stopOnInterrupt(client)
        defer { interruption.cancel() }
        let result: ReplayProgress
        do {
            result = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await report.show { client.progress } }
                defer { group.cancelAll() }
                return try await client.run()
            }
        } catch let error as ReplayError {
            report.clear()
            FileHandle.standardError.write(Data("danmaku replay: \(error)\n".utf8))
            throw ExitCode.failure
        }
        report.clear()
        print(ReplaySummary.text(result, after: .now - start))
        if result.lost > 0 || result.connections == 0 {
            if let failure = result.failure {
                FileHandle.standardError.write(Data("danmaku replay: \(to): \(failure); gave up\n".utf8))
            }
            throw ExitCode.failure
        }
    }

    /// The first interrupt ends reading and delivers what was read, the second ends the process.
    private static func stopOnInterrupt(_ client: ReplayClient) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler {
            client.stop()
            signal(SIGINT, SIG_DFL)
        }
        source.resume()
        return source
    }

    /// The file's name without its extension, as far as a room's name can hold it.
    private static func room(named file: String) -> String {
        let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent.utf8
        let kept = name.map { isRoomByte($0) ? $0 : UInt8(ascii: "-") }.prefix(64)
        return file == "-" || kept.isEmpty ? "replay" : String(decoding: kept, as: UTF8.self)
    }

    private static func isRoomByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ".-_:".utf8.contains(byte)
        }
    }
}

/// `X` times the recorded speed, or `max`.
struct ReplaySpeed: ExpressibleByArgument, CustomStringConvertible {
    /// `nil` is as fast as the server takes it.
    let factor: Double?

    init(factor: Double?) {
        self.factor = factor
    }

    init?(argument: String) {
        if argument == "max" {
            factor = nil
        } else if let factor = ClientNumber.decimal(argument.utf8, in: 1e-6...1e9) {
            self.factor = factor
        } else {
            return nil
        }
    }

    var description: String {
        factor.map { String(format: "%g", $0) } ?? "max"
    }
}

/// `host:port`, an IPv6 address in brackets.
struct ReplayAddress: ExpressibleByArgument, CustomStringConvertible {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = ClientNumber.integer(argument.utf8[argument.index(after: colon)...], in: 1...65_535)
        else {
            return nil
        }
        let host = argument[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard !host.isEmpty, isBracketed || !host.contains(":") else {
            return nil
        }
        self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
        self.port = port
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
