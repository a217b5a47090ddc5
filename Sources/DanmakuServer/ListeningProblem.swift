import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An address that a port is to listen on.
struct ListeningAddress: Sendable {
    /// The first part of the keys that name it: `http`, `ingest`.
    var key: String
    /// The configured host.
    var host: String
    /// The configured port.
    var port: Int
}

/// A port that cannot be listened on, as one line for a person.
package struct ListeningProblem: Error, CustomStringConvertible {
    /// The exit status for a port that cannot be used (`EX_UNAVAILABLE`).
    package static let exitStatus: Int32 = 69

    /// The whole line.
    package let description: String

    init(address: ListeningAddress, error: any Error) {
        let place = "\(address.host):\(address.port) (\(address.key).host, \(address.key).port)"
        description =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "\(place) is taken by another process"
            case EACCES: "\(place) cannot be used without more rights"
            case EADDRNOTAVAIL: "\(place) is not an address of this machine"
            default: "\(place) cannot be listened on: \(error)"
            }
    }
}
