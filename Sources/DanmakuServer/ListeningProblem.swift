import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An address that a port was to listen on.
struct ListeningAddress: Sendable {
    /// The first part of the keys that name it: `http`, `ingest`.
    var key: String
    /// The configured host.
    var host: String
    /// The configured port.
    var port: Int
}

/// A port that could not be listened on, as one line for a person.
public struct ListeningProblem: Error, CustomStringConvertible {
    /// The exit status of a port that is not to be had (`EX_UNAVAILABLE`).
    public static let exitStatus: Int32 = 69

    /// The whole line.
    public let description: String

    init(address: ListeningAddress, error: any Error) {
        let place = "\(address.host):\(address.port) (\(address.key).host, \(address.key).port)"
        description =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "\(place) is taken by another process"
            case EACCES: "\(place) may not be listened on without more rights"
            case EADDRNOTAVAIL: "\(place) is no address of this machine"
            default: "\(place) cannot be listened on: \(error)"
            }
    }
}
