/// One way for outside bytes into the program, with what has to hold for all of them.
///
/// libFuzzer calls it with inputs of its own making (`make fuzz`), the test suite with those that are kept
/// (`make test`). A harness reads no clock and no random source: an input that fails fails again.
package struct Harness: Sendable {
    /// Its name, and that of its folders in `corpus` and `crashes`.
    package let name: String
    /// Takes one input; throws a ``Finding`` if a rule is broken, and traps where the program would.
    package let run: @Sendable (FuzzInput) throws -> Void

    /// Every harness.
    package static let all = [
        Harness(name: "lines", run: LineHarness.run),
        Harness(name: "bodies", run: BodyHarness.run),
        Harness(name: "texts", run: TextListHarness.run),
        Harness(name: "heads", run: HeadHarness.run),
        Harness(name: "hosts", run: HostHarness.run),
        Harness(name: "cursors", run: CursorHarness.run),
        Harness(name: "entries", run: EntryHarness.run),
        Harness(name: "prefaces", run: PrefaceHarness.run),
        Harness(name: "numbers", run: NumberHarness.run),
        Harness(name: "replay", run: ReplayHarness.run),
        Harness(name: "model", run: ModelHarness.run),
        Harness(name: "configuration", run: ConfigurationHarness.run),
    ]

    /// The harness of a name.
    package static func named(_ name: String) -> Harness? {
        all.first { $0.name == name }
    }
}

/// A rule that an input has broken.
package struct Finding: Error, CustomStringConvertible {
    /// The rule, and what was seen instead.
    package let description: String
}

/// Throws a ``Finding`` unless the rule holds.
func require(_ holds: Bool, _ rule: @autoclosure () -> String) throws {
    guard holds else {
        throw Finding(description: rule())
    }
}

/// The bytes of one input, taken from the front.
package struct FuzzInput: Sendable {
    private var bytes: ArraySlice<UInt8>

    /// Copies the bytes, so that AddressSanitizer sees a read beyond their end.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = Array(bytes)[...]
    }

    /// The next byte; 0 behind the end.
    mutating func byte() -> UInt8 {
        bytes.popFirst() ?? 0
    }

    /// Two bytes as a number.
    mutating func word() -> Int {
        Int(byte()) << 8 | Int(byte())
    }

    /// So many bytes, or what is left.
    mutating func take(_ count: Int) -> [UInt8] {
        let taken = Array(bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        return taken
    }

    /// All that is left.
    var rest: [UInt8] {
        Array(bytes)
    }
}
