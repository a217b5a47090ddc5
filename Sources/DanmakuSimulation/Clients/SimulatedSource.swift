import DanmakuTestKit
import Foundation
import NIOCore
import NIOEmbedded

/// A client of the TCP ingest port: sends lines as its plan says and remembers every answer.
final class SimulatedSource: NetworkClient {
    /// How a source ends.
    enum Ending: Sendable {
        /// It shuts its side after the last line.
        case finishes
        /// It resets the connection so many nanoseconds after its last piece.
        case resets(after: Int64)
        /// It stays without sending.
        case stays
        /// It ends in the middle of a line and stays.
        case stopsWithinLine
        /// Its program ends.
        case leaves
    }

    /// What a source does.
    struct Plan: Sendable {
        var host = 1
        var startsAt: Int64 = 0
        var wantsAcknowledgements = true
        var items: [SimulatedItem] = []
        var pieces = Pieces.whole
        var ending = Ending.finishes
        /// Whether it reads its answers; a mute one never does.
        var reads = true
    }

    /// A cumulative acknowledgement.
    struct Acknowledgement: Equatable {
        var lines = 0
        var accepted = 0
        var duplicate = 0
        var rejected = 0
        var shed = 0
    }

    let plan: Plan
    private let loop: EmbeddedEventLoop
    private var random: SeededGenerator
    private(set) var connection: VirtualConnection?
    private var buffer: [UInt8] = []

    private(set) var acknowledgements: [Acknowledgement] = []
    private(set) var errors: [(code: String, line: Int?)] = []
    private(set) var malformed: [String] = []
    private(set) var hasEnded = false
    private(set) var hasFailed = false
    private(set) var failedBeforeEnd = false
    /// When the last piece was sent; `nil` while some are left.
    private(set) var sentAllAt: Int64?

    init(plan: Plan, loop: EmbeddedEventLoop, random: SeededGenerator) {
        self.plan = plan
        self.loop = loop
        self.random = random
    }

    /// The number of its first item's line.
    var firstLine: Int {
        plan.wantsAcknowledgements ? 2 : 1
    }

    /// Connects at its time.
    func start(_ network: VirtualNetwork) {
        loop.scheduleTask(in: .nanoseconds(plan.startsAt)) { [self] in
            let connection = network.connect(self, to: .ingest, from: plan.host)
            self.connection = connection
            if !plan.reads {
                connection.read(.none)
            }
            var text = plan.wantsAcknowledgements ? "{\"hello\":{\"ack\":true}}\n" : ""
            for item in plan.items {
                text += item.json + "\n"
            }
            if case .stopsWithinLine = plan.ending {
                text += "{\"room\":\"r0\",\"te"
            }
            send(plan.pieces.cut(Array(text.utf8), &random)[...])
        }
    }

    private func send(_ pieces: ArraySlice<(pause: Int64, bytes: [UInt8])>) {
        guard let piece = pieces.first else {
            sentAllAt = Int64(loop.now.uptimeNanoseconds)
            return end()
        }
        loop.scheduleTask(in: .nanoseconds(piece.pause)) { [self] in
            guard !hasFailed, !hasEnded else {
                return
            }
            connection?.send(piece.bytes)
            send(pieces.dropFirst())
        }
    }

    private func end() {
        switch plan.ending {
        case .finishes:
            connection?.finish()
        case .leaves:
            connection?.leave()
        case .stays, .stopsWithinLine:
            break
        case .resets(let pause):
            loop.scheduleTask(in: .nanoseconds(pause)) { self.connection?.reset() }
        }
    }

    func received(_ bytes: [UInt8], on _: VirtualConnection) {
        buffer += bytes
        while let end = buffer.firstIndex(of: 0x0A) {
            take(Array(buffer[..<end]))
            buffer.removeSubrange(...end)
        }
    }

    func ended(_: VirtualConnection) {
        hasEnded = true
        if !buffer.isEmpty {
            malformed.append("ends within a line: \(String(decoding: buffer, as: UTF8.self))")
        }
        // A polite client closes too.
        connection?.finish()
    }

    func failed(_: VirtualConnection) {
        hasFailed = true
        failedBeforeEnd = !hasEnded
    }

    private func take(_ line: [UInt8]) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] else {
            malformed.append(String(decoding: line, as: UTF8.self))
            return
        }
        if let code = object["error"] as? String {
            errors.append((code, object["line"] as? Int))
        } else if let counts = object["ack"] as? [String: Int] {
            acknowledgements.append(
                Acknowledgement(
                    lines: counts["lines"] ?? -1,
                    accepted: counts["accepted"] ?? -1,
                    duplicate: counts["duplicate"] ?? -1,
                    rejected: counts["rejected"] ?? -1,
                    shed: counts["shed"] ?? -1
                )
            )
        } else {
            malformed.append(String(decoding: line, as: UTF8.self))
        }
    }
}

@available(*, unavailable)
extension SimulatedSource: Sendable {}
