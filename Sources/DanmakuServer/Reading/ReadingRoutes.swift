package import DanmakuPipeline
import HTTPTypes
package import Hummingbird
import NIOCore
import SentimentModel

/// The routes that pages and scripts read: rooms, their moods, timelines and newest comments; and `POST /v1/score`.
///
/// Everything comes from memory as it is at that moment, the list of rooms as it was at most a quarter of a second ago.
/// Caches store nothing.
package struct ReadingRoutes: Sendable {
    /// How far a request may reach.
    enum Limit {
        /// Rooms that are listed if nothing is said.
        static let rooms = 100
        /// Comments of a page if nothing is said: all that are kept.
        static let comments: Int64 = 200
        /// The largest `limit` of a page of comments.
        static let page: Int64 = 1000
        /// Seconds of a timeline's step if nothing is said: the resolution of what is older than five minutes.
        static let step: Int64 = 10
        /// Points of a timeline: an hour in steps of four seconds.
        static let points = 1000
        /// Texts of one request for scores.
        static let texts = 1000
        /// Bytes of its body.
        static let bodyBytes = 1024 * 1024
    }

    let pipeline: Pipeline
    let readiness: Readiness
    let time: any TimeSource
    let bodies: BodyReader
    let scoring: ScoreAdmission
    private let roomList: RoomListCache

    /// Creates the routes.
    ///
    /// - Parameters:
    ///   - pipeline: Which is read.
    ///   - readiness: While the server drains, nothing is scored.
    ///   - bodies: The budget of bodies that are held.
    ///   - scoring: The way into `POST /v1/score`.
    ///   - time: Windows and timelines end with it.
    package init(
        pipeline: Pipeline,
        readiness: Readiness,
        bodies: ClientBudget,
        scoring: ScoreAdmission,
        time: any TimeSource
    ) {
        self.pipeline = pipeline
        self.readiness = readiness
        self.time = time
        self.bodies = BodyReader(budget: bodies, limit: Limit.bodyBytes)
        self.scoring = scoring
        roomList = RoomListCache { RoomList(pipeline.rooms(now: $0)) }
    }

    /// Adds the routes.
    package func add(to router: Router<DanmakuRequestContext>) {
        router.get("/v1/rooms") { request, _ in
            try await rooms(QueryParameters(request.uri))
        }
        router.get("/v1/rooms/{room}") { _, context in
            try mood(of: room(context))
        }
        router.get("/v1/rooms/{room}/timeline") { request, context in
            try timeline(of: room(context), QueryParameters(request.uri))
        }
        router.get("/v1/rooms/{room}/comments") { request, context in
            try comments(of: room(context), QueryParameters(request.uri))
        }
        router.get("/v1/rooms/{room}/alerts") { _, context in
            try alerts(of: room(context))
        }
        router.post("/v1/score") { request, context in
            try await score(request, client: context.client)
        }
    }

    private func room(_ context: DanmakuRequestContext) throws -> RoomName {
        let name = try context.parameters.require("room")
        guard let room = RoomName(path: name) else {
            throw HTTPFailure(.roomInvalid, "A room's name must be 1 to 64 of A–Z a–z 0–9 . _ : -")
        }
        return room
    }

    /// A room without comments, or one that was evicted: 404, though it can be watched.
    static func unknown(_ room: RoomName) -> HTTPFailure {
        HTTPFailure(.notFound, "No comment was published in the room \(room) recently.")
    }
}

// MARK: - Rooms

extension ReadingRoutes {
    private func rooms(_ parameters: QueryParameters) async throws -> Response {
        let order = try parameters.choice("sort", RoomOrder.self) ?? .rate
        let limit = try parameters.integer("limit", in: 1...Int64(RoomList.limit)).map { Int($0) } ?? Limit.rooms
        let list = await roomList.list(now: time.now())
        let listed = list.rooms(by: order, limit: limit)
        var writer = JSONWriter(capacity: 64 + listed.count * 256)
        writer.raw("{\"rooms\":[")
        for (index, room) in listed.enumerated() {
            if index > 0 {
                writer.raw(",")
            }
            room.mood.encode(room: room.name.bytes, detail: .brief, into: &writer)
        }
        writer.raw("],\"total\":")
        writer.integer(list.total)
        writer.raw("}")
        return .json(writer.bytes)
    }

    private func mood(of room: RoomName) throws -> Response {
        guard let mood = pipeline.mood(of: room, now: time.now()) else {
            throw Self.unknown(room)
        }
        var writer = JSONWriter(capacity: 1024)
        mood.encode(room: room.bytes, detail: .full, into: &writer)
        return .json(writer.bytes)
    }
}

// MARK: - History of a room

extension ReadingRoutes {
    private func timeline(of room: RoomName, _ parameters: QueryParameters) throws -> Response {
        let now = time.now()
        let step = try parameters.integer("step", in: 1...3600) ?? Limit.step
        let to = try parameters.integer("to", in: 0 ... .max) ?? now.milliseconds + 1
        // What `Limit.points` steps cover, wherever in a step it begins.
        let longest = min(RoomAggregate.timelineMilliseconds, Int64(Limit.points - 1) * step * 1000)
        let from = try parameters.integer("from", in: 0 ... .max) ?? max(0, to - longest)
        guard from <= to else {
            throw HTTPFailure(.invalidField, "from must not be after to.")
        }
        let steps = RoomAggregate.timelineSteps(from: from, to: to, step: step * 1000, now: now)
        guard steps.count <= Limit.points else {
            throw HTTPFailure(
                .invalidField,
                "A timeline can have at most \(Limit.points) points, not \(steps.count): take a longer step or a later from."
            )
        }
        // There is nothing outside the hour: the room itself cuts the stretch to it.
        guard let points = pipeline.timeline(of: room, from: from, to: to, step: step * 1000, now: now) else {
            throw Self.unknown(room)
        }
        return .json(Self.encode(points, of: room, step: step * 1000))
    }

    static func encode(_ points: [TimelinePoint], of room: RoomName, step: Int64) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + points.count * 100)
        writer.raw("{\"room\":\"")
        writer.raw(room.bytes)
        writer.raw("\",\"stepSeconds\":")
        writer.integer(step / 1000)
        writer.raw(",\"points\":[")
        for (index, point) in points.enumerated() {
            writer.raw(index == 0 ? "{\"at\":" : ",{\"at\":")
            writer.integer(point.at)
            writer.raw(",\"comments\":")
            writer.integer(point.comments)
            writer.raw(",\"mean\":")
            if let mean = point.mean {
                writer.thousandths(mean)
            } else {
                writer.raw("null")
            }
            writer.raw(",\"positive\":")
            writer.integer(point.positive)
            writer.raw(",\"neutral\":")
            writer.integer(point.neutral)
            writer.raw(",\"negative\":")
            writer.integer(point.negative)
            writer.raw("}")
        }
        writer.raw("]}")
        return writer.bytes
    }

    private func comments(of room: RoomName, _ parameters: QueryParameters) throws -> Response {
        let before = try parameters.integer("before", in: 0 ... .max).map { UInt64($0) }
        let limit = try parameters.integer("limit", in: 1...Limit.page) ?? Limit.comments
        guard let block = pipeline.comments(of: room, before: before, limit: Int(limit)) else {
            throw Self.unknown(room)
        }
        var writer = JSONWriter(capacity: 64 + block.results.count * 256)
        writer.raw("{\"room\":\"")
        writer.raw(room.bytes)
        writer.raw("\",\"comments\":[")
        for index in block.results.indices {
            if index > 0 {
                writer.raw(",")
            }
            block.encode(index, room: room.bytes, into: &writer)
        }
        writer.raw("]}")
        return .json(writer.bytes)
    }

    /// No alerts are raised yet: the list is there, and empty.
    private func alerts(of room: RoomName) throws -> Response {
        guard pipeline.mood(of: room, now: time.now()) != nil else {
            throw Self.unknown(room)
        }
        var writer = JSONWriter()
        writer.raw("{\"room\":\"")
        writer.raw(room.bytes)
        writer.raw("\",\"alerts\":[]}")
        return .json(writer.bytes)
    }
}
