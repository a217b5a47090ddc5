/// Why a model file was refused.
///
/// The model in use stays in use.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: Sendable, Equatable, CaseIterable {
        /// The file cannot be opened, read or mapped.
        case unreadable
        /// It does not begin as a model file does.
        case notAModel
        /// It is a model file of a version, a feature space or a class order that this program does not know.
        case unsupportedVersion
        /// Its length is not the one that it states: it was cut off, or something was appended.
        case wrongSize
        /// Its checksum does not match its content.
        case damaged
        /// Its checksum matches, but a value is out of range.
        case invalid
    }

    /// What kind of refusal it is.
    public var code: Code
    /// The file and what is wrong with it, for a person.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// One line for a person.
    public var description: String {
        message
    }
}
