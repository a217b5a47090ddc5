import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs another program to its end, for tests that ask an oracle.
///
/// By `posix_spawn` and `waitpid`: Foundation's `Process` learns of the end of a child through a socket that other children
/// inherit, so that tests which start programs side by side waited forever for the end of one.
package enum ChildProgram {
    /// The program could not be started, or it ended with another status than 0.
    package struct Failure: Error {
        /// What `posix_spawn` said, or the status that `waitpid` gave.
        package let status: Int32
    }

    /// Runs a program that is found in the path.
    ///
    /// Its standard input and output are files, so that neither side can wait for the other.
    ///
    /// - Parameters:
    ///   - words: The program and its arguments.
    ///   - input: What it reads from standard input.
    /// - Returns: What it wrote to standard output.
    /// - Throws: ``Failure``, or what the file system says.
    package static func run(_ words: [String], input: [UInt8]) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appendingPathComponent("in")
        let target = folder.appendingPathComponent("out")
        try Data(input).write(to: source)
        try Data().write(to: target)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, source.path, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, target.path, O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var variables: [UnsafeMutablePointer<CChar>?] =
            ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for variable in variables { free(variable) } }
        var child: pid_t = 0
        let problem = posix_spawnp(&child, words[0], &actions, nil, &arguments, &variables)
        guard problem == 0 else {
            throw Failure(status: problem)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw Failure(status: status)
        }
        return try Array(Data(contentsOf: target))
    }
}
