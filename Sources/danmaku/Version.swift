/// The program's version; `make dist` reads it from this file.
enum Version {
    static let current = "0.9.0"
}
