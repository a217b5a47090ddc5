import CLibFuzzer
import FuzzHarnesses

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// libFuzzer around one harness: `danmaku-fuzz HARNESS [libFuzzer's arguments]`.
let name = CommandLine.arguments.dropFirst().first ?? ""
guard let harness = Harness.named(name) else {
    fatalError("The harnesses are \(Harness.all.map(\.name).joined(separator: ", ")).")
}
let run = harness.run

var argumentCount = CommandLine.argc - 1
// libFuzzer takes the first argument for the program's name.
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
let status = LLVMFuzzerRunDriver(&argumentCount, &arguments) { data, size in
    do {
        try run(FuzzInput(UnsafeRawBufferPointer(start: data, count: size)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
exit(status)
