import DanmakuPipeline
import NIOCore

/// Collects the addresses of both ports: the server is ready when it knows both.
final class Startup: Sendable {
    private enum State {
        /// Some address is missing. Becomes `complete` with the last one, `failed` when the server ends before.
        case waiting(
            http: SocketAddress?,
            ingest: SocketAddress?,
            waiters: [CheckedContinuation<Server.Addresses, any Error>]
        )
        /// Both are known. Stays.
        case complete(Server.Addresses)
        /// The server ended without. Stays.
        case failed(any Error)
    }

    private let state = OrderedMutex(.alone, State.waiting(http: nil, ingest: nil, waiters: []))
    private let onComplete: @Sendable (Server.Addresses) -> Void

    /// Creates the meeting place.
    ///
    /// - Parameter onComplete: Called once, when both are known.
    init(onComplete: @escaping @Sendable (Server.Addresses) -> Void) {
        self.onComplete = onComplete
    }

    /// The HTTP port listens.
    func http(_ address: SocketAddress) {
        meet(http: address, ingest: nil)
    }

    /// The ingest port listens.
    func ingest(_ address: SocketAddress) {
        meet(http: nil, ingest: address)
    }

    /// The server ended; the waiting callers get the error.
    func fail(_ error: any Error) {
        let waiters = state.withLock { state -> [CheckedContinuation<Server.Addresses, any Error>] in
            guard case .waiting(_, _, let waiters) = state else {
                return []
            }
            state = .failed(error)
            return waiters
        }
        for waiter in waiters {
            waiter.resume(throwing: error)
        }
    }

    /// Waits for both addresses.
    func addresses() async throws -> Server.Addresses {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state -> Result<Server.Addresses, any Error>? in
                switch state {
                case .waiting(let http, let ingest, let waiters):
                    state = .waiting(http: http, ingest: ingest, waiters: waiters + [continuation])
                    return nil
                case .complete(let addresses):
                    return .success(addresses)
                case .failed(let error):
                    return .failure(error)
                }
            }
            if let known {
                continuation.resume(with: known)
            }
        }
    }

    private func meet(http: SocketAddress?, ingest: SocketAddress?) {
        let met = state.withLock { state -> (Server.Addresses, [CheckedContinuation<Server.Addresses, any Error>])? in
            guard case .waiting(let knownHTTP, let knownIngest, let waiters) = state else {
                return nil
            }
            guard let http = http ?? knownHTTP, let ingest = ingest ?? knownIngest else {
                state = .waiting(http: http ?? knownHTTP, ingest: ingest ?? knownIngest, waiters: waiters)
                return nil
            }
            let addresses = Server.Addresses(http: http, ingest: ingest)
            state = .complete(addresses)
            return (addresses, waiters)
        }
        guard let (addresses, waiters) = met else {
            return
        }
        onComplete(addresses)
        for waiter in waiters {
            waiter.resume(returning: addresses)
        }
    }
}
