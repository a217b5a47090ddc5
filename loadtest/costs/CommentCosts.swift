import DanmakuPipeline
import DanmakuTestKit
import Logging
import SentimentModel

/// Takes the NDJSON lines of a file through the pipeline on one thread: `CommentCosts MODEL COMMENTS`.
///
/// Each comment is decoded, admitted, normalized, scored by the model, counted in its room and appended to the log. There is
/// no socket, no HTTP and no subscriber. The program measures nothing: `costs.sh` counts its instructions and its calls of
/// the allocator, for two lengths of input.
@main
enum CommentCosts {
    /// One read of a socket.
    private static let readSize = 16 * 1024
    /// What one read advances the clock by; about 20,000 comments a second.
    private static let step: Duration = .milliseconds(8)

    static func main() throws {
        guard CommandLine.arguments.count == 3 else {
            fatalError("usage: CommentCosts MODEL COMMENTS")
        }
        let model = LinearScorer(model: try LinearModel(path: CommandLine.arguments[1]))
        let input = try WholeFile.bytes(of: CommandLine.arguments[2])
        let clock = ManualClock()
        let pipeline = Pipeline(
            configuration: PipelineConfiguration(),
            scorer: InProcessScorer(name: "linear", model),
            fallback: InProcessScorer(name: "lexicon", LexiconScorer.builtIn),
            time: clock.time,
            clock: clock,
            random: .seeded(1),
            logger: Logger(label: "costs") { _ in SwiftLogNoOpLogHandler() }
        )
        let running = Task(executorPreference: OneThread.shared) {
            try await pipeline.run()
        }
        OneThread.shared.drain()
        let accepted = take(input, into: pipeline, clock)
        running.cancel()
        OneThread.shared.drain()
        print("accepted \(accepted)")
    }

    /// Offers every line and scores it before the next read.
    private static func take(_ input: [UInt8], into pipeline: Pipeline, _ clock: ManualClock) -> Int {
        guard let source = pipeline.intake.source(of: .unknown) else {
            fatalError("the pipeline does not accept comments")
        }
        var decoder = LineDecoder(expectsHello: false)
        var accepted = 0
        input.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: readSize) {
                let read = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + readSize, bytes.count)])
                var offering = Offering(decoder.decode(read).chunk, receivedAt: clock.time.now())
                let wait = pipeline.intake.offer(&offering, from: source, .refuses)
                precondition(wait == nil, "a source that cannot wait does not wait")
                accepted += offering.takeSettlement().counts.accepted
                OneThread.shared.drain()
                clock.advance(by: step)
                OneThread.shared.drain()
            }
        }
        return accepted
    }
}
