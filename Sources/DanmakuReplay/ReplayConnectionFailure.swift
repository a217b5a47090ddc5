import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The reason why a connection failed or ended, in a few words.
enum ReplayConnectionFailure {
    /// For example `connection refused`.
    static func reason(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let attempt = error.connectionErrors.last {
                reason(of: attempt.error)
            } else {
                "host not found"
            }
        case let error as IOError:
            String(cString: strerror(error.errnoCode)).lowercased()
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            "host not found"
        case ChannelError.connectTimeout:
            "no answer"
        default:
            "connection lost"
        }
    }
}
