import DanmakuPipeline
package import SentimentModel
import Synchronization

/// A scorer that does what a test says, call by call.
///
/// Calls take the steps of the script in order; when it is used up they take the last one again. Whatever a step does,
/// a test can wait for the call to have begun with ``began(_:)``.
package final class ScriptedScorer: SentimentScorer {
    /// What one call does.
    package enum Step: Sendable {
        /// It answers: the same sentiment for every text.
        case answers(Sentiment)
        /// It answers by the texts.
        case computes(@Sendable (TextBatch) -> [Sentiment])
        /// It throws.
        case fails(any Error)
        /// It answers as if there were so many more (or fewer) texts.
        case miscounts(by: Int)
        /// It waits for ``release()``, whatever becomes of its task, then answers.
        case hangs(Sentiment)
        /// It waits for ``release()`` or for cancellation, which it passes on.
        case blocks(Sentiment)
    }

    private struct State {
        var script: [Step]
        var calls: [[String]] = []
        var isReleased = false
        var hanging: [Int: CheckedContinuation<Void, Never>] = [:]
        var watchers: [(calls: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var cancelled: Set<Int> = []
    }

    /// The scorer's name.
    package let name: String
    /// What its weights are called.
    package let model: String
    private let state: Mutex<State>

    /// Creates a scorer that follows a script of at least one step.
    package init(name: String = "scripted", model: String = "scripted-1", _ script: [Step]) {
        precondition(!script.isEmpty, "a script has at least one step")
        self.name = name
        self.model = model
        state = Mutex(State(script: script))
    }

    /// The texts of each call so far.
    package var calls: [[String]] {
        state.withLock { $0.calls }
    }

    /// Replaces what is left of the script.
    package func follow(_ script: [Step]) {
        precondition(!script.isEmpty, "a script has at least one step")
        state.withLock { $0.script = script }
    }

    /// Waits until so many calls have begun.
    package func began(_ count: Int) async {
        await withCheckedContinuation { watcher in
            let isThere = state.withLock { state in
                guard state.calls.count < count else {
                    return true
                }
                state.watchers.append((count, watcher))
                return false
            }
            if isThere {
                watcher.resume()
            }
        }
    }

    /// Lets the calls that wait go on, and those that will.
    package func release() {
        let hanging = state.withLock { state in
            state.isReleased = true
            defer { state.hanging = [:] }
            return state.hanging.values
        }
        for call in hanging {
            call.resume()
        }
    }

    /// Does what the script's next step says.
    package func score(_ batch: TextBatch) async throws -> [Sentiment] {
        let texts = batch.ranges.map { String(decoding: batch.bytes[$0.indices], as: UTF8.self) }
        let (step, id, watchers) = state.withLock { state in
            let step = state.script.count > 1 ? state.script.removeFirst() : state.script[0]
            state.calls.append(texts)
            let count = state.calls.count
            let watchers = state.watchers.filter { $0.calls <= count }
            state.watchers.removeAll { $0.calls <= count }
            return (step, count, watchers.map(\.continuation))
        }
        for watcher in watchers {
            watcher.resume()
        }
        switch step {
        case .answers(let sentiment):
            return [Sentiment](repeating: sentiment, count: batch.count)
        case .computes(let body):
            return body(batch)
        case .fails(let error):
            throw error
        case .miscounts(let by):
            return [Sentiment](repeating: .nonAffective, count: max(0, batch.count + by))
        case .hangs(let sentiment):
            await hang(id)
            return [Sentiment](repeating: sentiment, count: batch.count)
        case .blocks(let sentiment):
            await withTaskCancellationHandler {
                await hang(id)
            } onCancel: {
                self.cancel(id)
            }
            try Task.checkCancellation()
            return [Sentiment](repeating: sentiment, count: batch.count)
        }
    }

    private func hang(_ id: Int) async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard !state.isReleased, !state.cancelled.contains(id) else {
                    return true
                }
                state.hanging[id] = continuation
                return false
            }
            if goesOn {
                continuation.resume()
            }
        }
    }

    private func cancel(_ id: Int) {
        let hanging = state.withLock { state in
            state.cancelled.insert(id)
            return state.hanging.removeValue(forKey: id)
        }
        hanging?.resume()
    }
}

extension Sentiment {
    /// A clear positive verdict, for scripts.
    package static let scriptedPositive = Sentiment(
        label: .positive,
        emotion: .happy,
        score: 800,
        confidence: 900,
        affective: true
    )
    /// A clear negative verdict, for scripts.
    package static let scriptedNegative = Sentiment(
        label: .negative,
        emotion: .angry,
        score: -800,
        confidence: 900,
        affective: true
    )
}
