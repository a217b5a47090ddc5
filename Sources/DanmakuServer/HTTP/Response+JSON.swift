package import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// A response of encoded JSON, never stored by a cache (contract, Reading).
    ///
    /// - Parameters:
    ///   - bytes: The encoded value.
    ///   - status: The status.
    /// - Returns: The response.
    package static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
