/// The lines of a recording that are longer than a server accepts: skipped, counted, and named by their numbers.
package struct ReplayRefusals: Equatable, Sendable {
    /// How many numbers are kept to be shown.
    private static let shown = 5

    /// How many lines there were.
    package private(set) var count = 0
    /// The numbers of the first ones in the file, from 1.
    package private(set) var first: [Int] = []

    /// Creates refusals of nothing.
    package init() {}

    /// Adds a line.
    ///
    /// - Parameter line: Its number in the file, where it is known.
    package mutating func add(line: Int?) {
        count += 1
        if let line, first.count < Self.shown {
            first.append(line)
        }
    }

    /// Adds the refusals of a later part of the file.
    package static func += (left: inout ReplayRefusals, right: ReplayRefusals) {
        left.count += right.count
        left.first += right.first.prefix(shown - left.first.count)
    }
}
