import DanmakuServer
import HTTPTypes
import Testing

@Suite("Request check: configuration × method × host × origin")
struct RequestCheckTests {
    /// How the server is configured.
    enum Setting: CaseIterable {
        case standard
        case listed
        case everything

        func check() throws -> RequestCheck {
            switch self {
            case .standard:
                RequestCheck(
                    hosts: try AllowedHosts(configured: "", bound: "127.0.0.1"),
                    origins: AllowedOrigins(configured: "")
                )
            case .listed:
                RequestCheck(
                    hosts: try AllowedHosts(configured: "live.example, Other.Example.", bound: "inner.example"),
                    origins: AllowedOrigins(configured: "https://friend.example , http://live.example:8080")
                )
            case .everything:
                RequestCheck(
                    hosts: try AllowedHosts(configured: "*", bound: "0.0.0.0"),
                    origins: AllowedOrigins(configured: "*")
                )
            }
        }
    }

    private func code(
        _ setting: Setting,
        _ method: HTTPRequest.Method = .get,
        host: String?,
        path: String = "/v1/rooms",
        origin: String? = nil,
        site: String? = nil
    ) throws -> String? {
        var request = HTTPRequest(method: method, scheme: "http", authority: host, path: path)
        request.headerFields[.origin] = origin
        request.headerFields[HTTPField.Name("Sec-Fetch-Site")!] = site
        return try setting.check().failure(for: request, path: path)?.code
    }

    @Test("Addresses and localhost are always allowed, other names only where they are listed")
    func hosts() throws {
        let always = ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1:8080", "127.9.9.9", "[::1]:80", "192.0.2.1"]
        let listed = ["live.example", "live.example:8443", "other.example", "LIVE.example.", "inner.example:80"]
        let foreign = [
            "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "1.2.3", "a",
        ]
        for method in [HTTPRequest.Method.get, .head, .options, .post, .delete] {
            for setting in Setting.allCases {
                for host in always {
                    #expect(try code(setting, method, host: host) == nil, "\(setting) \(method) \(host)")
                }
                for host in listed {
                    let wanted = setting == .standard ? "host_not_allowed" : nil
                    #expect(try code(setting, method, host: host) == wanted, "\(setting) \(method) \(host)")
                }
                for host in foreign {
                    let wanted = setting == .everything ? nil : "host_not_allowed"
                    #expect(try code(setting, method, host: host) == wanted, "\(setting) \(method) \(host)")
                }
                for host in [nil, "", "a b", "user@localhost", "localhost:x"] {
                    #expect(try code(setting, method, host: host) == "bad_request", "\(setting) \(method)")
                }
            }
        }
    }

    @Test("Only a request that changes something has to come from an allowed origin")
    func origins() throws {
        // Where from, what for a standard server, a server with lists, a server open to every page.
        let rows: [(host: String, origin: String?, site: String?, standard: Bool, listed: Bool)] = [
            ("localhost:80", nil, nil, true, true),
            ("localhost:80", nil, "none", true, true),
            ("localhost:80", nil, "same-origin", true, true),
            ("localhost:80", nil, "a word of the future", true, true),
            ("localhost:80", nil, "same-site", false, false),
            ("localhost:80", nil, "cross-site", false, false),
            // The own page: same host and port, whatever the scheme; a proxy may have ended TLS.
            ("localhost:8080", "http://localhost:8080", "same-origin", true, true),
            ("localhost:8080", "https://localhost:8080", nil, true, true),
            ("localhost", "http://localhost", nil, true, true),
            ("localhost", "https://localhost", nil, true, true),
            ("localhost", "http://localhost:80", nil, true, true),
            ("localhost", "https://localhost:443", nil, true, true),
            ("localhost:443", "https://localhost", nil, true, true),
            ("[::1]:8080", "http://[::1]:8080", nil, true, true),
            ("LOCALHOST:8080", "http://localhost:8080", nil, true, true),
            // Another port, another name of the same machine, another spelling.
            ("localhost:8080", "http://localhost:8081", "same-site", false, false),
            ("localhost:8080", "http://localhost", nil, false, false),
            ("localhost", "http://localhost:8080", nil, false, false),
            ("localhost", "http://localhost:443", nil, false, false),
            ("127.0.0.1:80", "http://localhost:80", nil, false, false),
            ("localhost", "ftp://localhost", nil, false, false),
            ("localhost", "localhost", nil, false, false),
            ("localhost", "http://localhost/", nil, false, false),
            ("localhost", "http://localhost@evil.example", nil, false, false),
            ("localhost", "http://localhost, https://evil.example", nil, false, false),
            ("localhost", "", nil, false, false),
            ("localhost", "null", "cross-site", false, false),
            ("localhost", "https://evil.example", nil, false, false),
            // What the browser says of the site does not help a foreign origin.
            ("localhost", "https://evil.example", "same-origin", false, false),
            // Listed origins, exactly as they are written.
            ("localhost", "https://friend.example", "cross-site", false, true),
            ("localhost", "http://friend.example", "cross-site", false, false),
            ("localhost", "https://friend.example:444", nil, false, false),
            ("localhost", "http://live.example:8080", "cross-site", false, true),
        ]
        for row in rows {
            let from = "\(row.host) \(row.origin ?? "-") \(row.site ?? "-")"
            for method in [HTTPRequest.Method.post, .put, .patch, .delete, HTTPRequest.Method("PURGE")!] {
                func refused(_ setting: Setting) throws -> Bool {
                    let code = try code(setting, method, host: row.host, origin: row.origin, site: row.site)
                    #expect(code == nil || code == "origin_not_allowed", "\(from)")
                    return code != nil
                }
                #expect(try refused(.standard) != row.standard, "standard: \(method) \(from)")
                #expect(try refused(.listed) != row.listed, "listed: \(method) \(from)")
                let isRefusedAnywhere = try refused(.everything)
                #expect(!isRefusedAnywhere, "everything: \(method) \(from)")
            }
            for method in [HTTPRequest.Method.get, .head, .options] {
                for setting in Setting.allCases {
                    let code = try code(setting, method, host: row.host, origin: row.origin, site: row.site)
                    #expect(code == nil, "\(setting): \(method) \(from)")
                }
            }
        }
    }

    @Test("A second spelling of a path is no path, whatever the method")
    func paths() throws {
        for setting in Setting.allCases {
            for method in [HTTPRequest.Method.get, .post] {
                #expect(try code(setting, method, host: "localhost", path: "//metrics") == "not_found")
                #expect(try code(setting, method, host: "localhost", path: "/metrics") == nil)
            }
            #expect(try code(setting, .options, host: "localhost", path: "*") == "not_found")
        }
    }

    @Test("A refusal closes the connection if a body may follow")
    func closing() throws {
        let check = try Setting.standard.check()
        for (method, closes) in [(HTTPRequest.Method.get, false), (.head, false), (.post, true), (.put, true)] {
            let request = HTTPRequest(method: method, scheme: "http", authority: "evil.example", path: "/")
            let failure = try #require(check.failure(for: request, path: "/"))
            #expect(failure.status == .misdirectedRequest)
            #expect((failure.headers[.connection] == "close") == closes)
        }
    }

    @Test("A list that holds something other than names stops the start")
    func lists() {
        for entry in ["https://a.example", "a.example:80", "a b", "a.example:", "*.example", "/", "[::1]:80"] {
            do {
                _ = try AllowedHosts(configured: "fine.example, \(entry)", bound: "127.0.0.1")
                Issue.record("\(entry) was taken")
            } catch {
                #expect(
                    error.description.hasPrefix("http.allowed-hosts = \"fine.example, \(entry)\": \"\(entry)\" is not")
                )
            }
        }
        for list in ["", " ", ",", "a", "a,b", " a , ", "*", "a,*", "127.0.0.1", "[::1]"] {
            #expect(throws: Never.self) { try AllowedHosts(configured: list, bound: "") }
        }
        do {
            _ = try TrustedProxies(configured: "10.0.0.0/8, 10.0.0.0/33")
            Issue.record("a prefix of 33 bits was taken")
        } catch {
            #expect(error.description.contains("\"10.0.0.0/33\" is not an address or a CIDR range"))
        }
    }
}
