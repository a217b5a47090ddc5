extension Server.Configuration {
    /// Refuses the same port for HTTP and ingest; the system would only say that the port is in use.
    ///
    /// - Throws: ``ConfigurationProblem`` if the ports are equal and the hosts overlap.
    package func checkPorts() throws(ConfigurationProblem) {
        guard http.port == ingest.port, http.port != 0, Self.overlap(http.host, ingest.host) else {
            return
        }
        throw ConfigurationProblem(
            "http.port and ingest.port are both \(http.port): choose another with --http-port or --ingest-port"
        )
    }

    /// Whether two hosts can mean the same address; names are compared as text.
    private static func overlap(_ left: String, _ right: String) -> Bool {
        let wildcards = ["0.0.0.0", "::"]
        return left == right || wildcards.contains(left) || wildcards.contains(right)
    }
}
