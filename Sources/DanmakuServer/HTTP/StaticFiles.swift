import HTTPTypes
package import Hummingbird
package import Logging
import NIOPosix

/// Serves the folder of the pages for every path without a route.
///
/// Every file is revalidated by its entity tag, so that a new version is seen at once. No path leaves the folder or
/// names a hidden file. Ranges are not served: the files are small, and Hummingbird's file middleware fails for a range
/// past the end of a file.
package struct StaticFiles: RouterMiddleware {
    /// The context of our routes.
    package typealias Context = DanmakuRequestContext

    private let files: FileMiddleware<DanmakuRequestContext, LocalFileSystem>

    /// Creates the middleware.
    ///
    /// - Parameters:
    ///   - directory: The folder; `/` is its `index.html`.
    ///   - logger: Names the folder once.
    package init(directory: String, logger: Logger) {
        let revalidated: [(MediaType, [CacheControl.CacheControlValue])] = [(MediaType(type: .any), [.noCache])]
        files = FileMiddleware(
            directory,
            cacheControl: CacheControl(revalidated),
            searchForIndexHtml: true,
            threadPool: .singleton,
            logger: logger
        )
        .withAdditionalMediaType(.textJavascript, mappedToFileExtension: "mjs")
    }

    /// Answers with a file where `next` has nothing.
    @concurrent
    package func handle(
        _ request: Request,
        context: DanmakuRequestContext,
        next: @concurrent (Request, DanmakuRequestContext) async throws -> Response
    ) async throws -> Response {
        guard Self.isServed(path: request.uri.path) else {
            return try await next(request, context)
        }
        var request = request
        if request.headers[.range] != nil {
            var head = request.head
            head.headerFields[.range] = nil
            request = Request(head: head, body: request.body)
        }
        var response = try await files.handle(request, context: context, next: next)
        if response.headers[.acceptRanges] != nil {
            response.headers[.acceptRanges] = nil
            if let type = response.headers[.contentType], type.hasPrefix("text/") {
                response.headers[.contentType] = type + "; charset=utf-8"
            }
        }
        return response
    }

    /// Whether a path can name a file of ours: no escapes (our names need none), no hidden or parent segments.
    package static func isServed(path: String) -> Bool {
        path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "\\") }
            && !path.split(separator: "/").contains { $0.hasPrefix(".") }
            && path.utf8.count <= 512
    }
}
