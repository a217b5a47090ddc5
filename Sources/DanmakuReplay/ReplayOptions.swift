/// What to replay, where to, and how fast.
package struct ReplayOptions: Sendable {
    /// A path, or `-` for standard input.
    package var file: String
    /// The ingest socket.
    package var host: String
    package var port: Int
    /// The room of comments that name none.
    package var room: String
    /// Whether comments that name their room stay in it.
    package var keepsRooms: Bool
    /// How much faster than recorded; `nil` is as fast as the server takes it.
    package var speed: Double?
    /// Whether to begin again at the end.
    package var loops: Bool
    /// The ingest token, where the server asks for one.
    package var token: String?
    /// How long to go on trying while nothing is acknowledged, in seconds; 0 never connects again.
    package var retrySeconds: Double
    /// Random text that begins every id.
    package var run: String

    /// Creates options.
    package init(
        file: String,
        host: String,
        port: Int,
        room: String,
        keepsRooms: Bool,
        speed: Double?,
        loops: Bool,
        token: String?,
        retrySeconds: Double,
        run: String
    ) {
        self.file = file
        self.host = host
        self.port = port
        self.room = room
        self.keepsRooms = keepsRooms
        self.speed = speed
        self.loops = loops
        self.token = token
        self.retrySeconds = retrySeconds
        self.run = run
    }
}

/// Where a replay stands.
package struct ReplayProgress: Sendable {
    /// Lines read and encoded.
    package var sent = 0
    /// What the server has said of them.
    package var counts = ReplayCounts()
    /// Bytes of the file read in this pass.
    package var bytesRead = 0
    /// The file's size, where it has one.
    package var bytesTotal: Int?
    /// The pass over the file, from 1.
    package var loop = 1
    /// Connections made.
    package var connections = 0
    /// Why there is no connection now, in a few words; `nil` while there is one, and before the first attempt.
    package var failure: String?
    /// How often each error code was answered.
    package var errors: [String: Int] = [:]

    /// Lines that are too long for the server; those that it refused are counted as rejected too.
    package var tooLong = ReplayRefusals()

    /// Creates the progress of a replay that has not begun.
    package init() {}

    /// Lines that were shed or never acknowledged.
    package var lost: Int {
        sent - counts.lines + counts.shed
    }
}

/// Why a replay could not begin or go on.
package struct ReplayError: Error, CustomStringConvertible {
    /// One sentence for a person.
    package let description: String
}
