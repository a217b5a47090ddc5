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
        let flag = "--\(address.key)-port"
        let host = "\(address.host) (\(address.key).host)"
        description =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE:
                "port \(address.port) is in use: choose another with \(flag)"
            case EACCES:
                "port \(address.port) needs more rights than this user has: choose another with \(flag)"
            case EADDRNOTAVAIL:
                "\(host) is not an address of this machine: choose one with --host"
            case let code?:
                "cannot listen on port \(address.port) of \(host): \(String(cString: strerror(code)))"
            case nil where error is SocketAddressError || error is SocketAddressError.UnknownHost:
                "\(host) is not a known host: choose one with --host"
            case nil:
                "cannot listen on port \(address.port) of \(host)"
            }
    }
}
