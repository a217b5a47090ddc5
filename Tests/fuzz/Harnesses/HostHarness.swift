import DanmakuServer

/// What a request's head says of where it goes and where it comes from: host, origin, proxies, path.
///
/// Input: up to five texts with a NUL between them: host, origin, `X-Forwarded-For`, `Forwarded`, path. Rules: a host reads
/// the same once it is written in its one form; only the host's own origin is let in without being listed; what a client
/// puts before a proxy's entry never hides the entry; a path is exact if and only if a second reader has nothing to change.
enum HostHarness {
    @Sendable
    static func run(_ input: FuzzInput) throws {
        var texts = input.rest.split(separator: 0, maxSplits: 4, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        texts += Array(repeating: "", count: 5 - texts.count)
        for text in texts[...1] {
            try checkHost(text)
        }
        try checkOrigin(host: texts[0], origin: texts[1])
        try checkForwarded(texts[2], texts[3])
        for text in texts[2...3] {
            try checkRanges(text)
        }
        try checkPath(texts[4])
    }

    private static func checkHost(_ text: String) throws {
        guard let parsed = HostAndPort(text) else {
            return
        }
        let host =
            switch parsed.host {
            case .name(let name): name
            case .address(let address): address.contains(":") ? "[\(address)]" : address
            }
        let written = parsed.port.map { "\(host):\($0)" } ?? host
        try require(HostAndPort(written) == parsed, "\(text) is \(parsed), written \(written)")
        try require(text.lowercased().contains(host), "\(text) names \(host)")
        if let allowed = try? AllowedHosts(configured: host, bound: "127.0.0.1") {
            try require(allowed.allows(parsed.host), "\(host) is listed and not allowed")
        }
        let none = try AllowedHosts(configured: "", bound: "127.0.0.1")
        if case .name(let name) = parsed.host {
            try require(none.allows(parsed.host) == (name == "localhost"), "\(name) is allowed without being listed")
        }
    }

    private static func checkOrigin(host: String, origin: String) throws {
        guard let parsed = HostAndPort(host) else {
            return
        }
        let none = AllowedOrigins(configured: "")
        if none.allows(origin: origin, fetchSite: nil, host: parsed) {
            let authority = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
            try require(HostAndPort(authority)?.host == parsed.host, "\(origin) is let in at \(host)")
        }
        try require(!none.allows(origin: "null", fetchSite: nil, host: parsed), "null is let in at \(host)")
        let own = "http://\(host)"
        try require(none.allows(origin: own, fetchSite: "cross-site", host: parsed), "\(own) is not let in at \(host)")
        _ = AllowedOrigins(configured: origin).allows(origin: origin, fetchSite: host, host: parsed)
    }

    private static func checkForwarded(_ forwardedFor: String, _ forwarded: String) throws {
        guard let peer = IPAddress("127.0.0.1"), let client = IPAddress("192.0.2.7"),
            let trusted = try? AddressRanges(parsing: "127.0.0.0/8, ::1")
        else {
            throw Finding(description: "the harness's own addresses are not read")
        }
        func read(_ forwardedFor: [String], _ forwarded: [String] = []) -> IPAddress {
            ForwardedAddresses.client(peer: peer, forwardedFor: forwardedFor, forwarded: forwarded, trusted: trusted)
        }
        let ways = [
            read([forwardedFor + ",192.0.2.7"]), read([forwardedFor, "192.0.2.7:80"], [forwarded]),
            read([forwardedFor + ", 192.0.2.7, [::1]:5"]), read([], [forwarded, "for=192.0.2.7"]),
        ]
        for (index, way) in ways.enumerated() {
            try require(way == client, "way \(index): what the client wrote hides its address")
        }
        for free in [read([forwardedFor]), read([], [forwarded])] where !trusted.contains(free) {
            let alone = ForwardedAddresses.client(peer: free, forwardedFor: [], forwarded: [], trusted: trusted)
            try require(alone == free, "an address is another one without proxies")
        }
    }

    private static func checkRanges(_ text: String) throws {
        if let ranges = try? AddressRanges(parsing: text) {
            let isBlank = text.allSatisfy(\.isWhitespace)
            try require(ranges.isEmpty == isBlank, "the ranges of \(text) are empty: \(ranges.isEmpty)")
        }
        if let address = IPAddress(text), let range = try? AddressRanges(parsing: text) {
            try require(range.contains(address), "\(text) does not contain itself")
        }
    }

    /// Whether the text is a path that nothing could be taken from: what a proxy would make of it is what it is.
    private static func checkPath(_ path: String) throws {
        guard path.hasPrefix("/") else {
            return try require(!ExactPath.isExact(path), "\(path) is exact")
        }
        var isExact = path == "/"
        if !isExact {
            let segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            isExact = segments.allSatisfy { segment in
                let segment = Array(segment)
                return !segment.isEmpty && segment != [0x2E] && segment != [0x2E, 0x2E] && !hidesCharacter(segment)
            }
        }
        try require(ExactPath.isExact(path) == isExact, "\(path) is exact: \(!isExact), and should not be so")
    }

    /// Whether an escape stands for a character that needs none, or for a slash.
    private static func hidesCharacter(_ segment: [UInt8]) -> Bool {
        let plain = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        var index = 0
        while index < segment.count {
            let digits = segment.dropFirst(index + 1).prefix(2)
            guard segment[index] == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
            else {
                index += 1
                continue
            }
            if plain.contains(value) {
                return true
            }
            index += 3
        }
        return false
    }
}
