/// Fits the limits of connections to the limit of open files: each connection is one.
///
/// Defaults are reduced; a configured value that does not fit is an error.
package struct DescriptorPlan: Sendable, Equatable {
    /// One port's limit.
    package struct Port: Sendable, Equatable {
        /// The connections that are configured.
        package var connections: Int
        /// Where the number comes from.
        package var origin: ConfigurationOrigin

        /// Creates a port's limit.
        package init(connections: Int, origin: ConfigurationOrigin) {
            self.connections = connections
            self.origin = origin
        }

        var isExplicit: Bool {
            origin != .builtIn
        }
    }

    /// Descriptors for everything but connections: listeners, selectors, files, and the scrape that reads `/proc`.
    package static let reserve = 64

    /// The HTTP connections that fit.
    package let http: Int
    /// The ingest connections that fit.
    package let ingest: Int
    /// Whether a default was reduced.
    package let isReduced: Bool

    /// Makes the plan.
    ///
    /// - Parameters:
    ///   - descriptors: The most that the process may open.
    ///   - http: `http.max-connections`.
    ///   - ingest: `ingest.max-connections`.
    /// - Throws: ``ConfigurationProblem`` if a setting cannot be kept, or nothing is left for the other port.
    package init(descriptors: Int, http: Port, ingest: Port) throws(ConfigurationProblem) {
        let free = max(0, descriptors - Self.reserve)
        var fitted = (http: http.connections, ingest: ingest.connections)
        if fitted.http + fitted.ingest > free {
            switch (http.isExplicit, ingest.isExplicit) {
            case (false, false):
                // HTTP carries the many; a quarter is enough for the sources.
                fitted.ingest = min(ingest.connections, free / 4)
                fitted.http = min(http.connections, free - fitted.ingest)
            case (false, true):
                fitted.http = free - ingest.connections
            case (true, false):
                fitted.ingest = free - http.connections
            case (true, true):
                fitted = (0, 0)
            }
        }
        guard fitted.http > 0, fitted.ingest > 0 else {
            let asked = [("http.max-connections", http), ("ingest.max-connections", ingest)]
                .filter { $0.1.isExplicit }
                .map { "\($0.0) = \"\($0.1.connections)\" (\($0.1.origin))" }
                .joined(separator: " and ")
            let subject = asked.isEmpty ? "the server" : asked
            throw ConfigurationProblem(
                "\(subject): the limit of open files is \(descriptors); \(Self.reserve) are reserved for other files, "
                    + "and each port needs at least one; raise the hard limit (ulimit -Hn, LimitNOFILE)"
            )
        }
        self.http = fitted.http
        self.ingest = fitted.ingest
        isReduced = fitted != (http.connections, ingest.connections)
    }
}

extension ConfigurationValues {
    /// The plan for these values.
    ///
    /// - Parameter descriptors: The most that the process may open.
    /// - Returns: The limits that fit.
    /// - Throws: ``ConfigurationProblem`` if a setting cannot be kept.
    package func descriptorPlan(descriptors: Int) throws(ConfigurationProblem) -> DescriptorPlan {
        func port(_ name: String) -> DescriptorPlan.Port {
            DescriptorPlan.Port(connections: integer(name), origin: origin(of: name))
        }
        return try DescriptorPlan(
            descriptors: descriptors,
            http: port("http.max-connections"),
            ingest: port("ingest.max-connections")
        )
    }
}
