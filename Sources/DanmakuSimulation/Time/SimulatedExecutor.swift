import DanmakuTestKit
import DequeModule
import NIOEmbedded

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Runs the jobs of all tasks of one simulation on its thread, as tasks of its event loop.
///
/// A job runs at the virtual time at which it became ready. Where several are ready the seed may choose among them, as the
/// threads of a real pool would.
final class SimulatedExecutor: TaskExecutor, @unchecked Sendable {
    // Unchecked: confined to the thread that made it; every entry checks that.

    private let loop: EmbeddedEventLoop
    private let thread = pthread_self()
    private var jobs = Deque<UnownedJob>()
    private var isScheduled = false
    private var choice: SeededGenerator?

    /// Creates an executor for the current thread, and lets it take the thread's global jobs until ``retire()``.
    ///
    /// - Parameters:
    ///   - loop: The event loop whose time the jobs run at.
    ///   - choice: Chooses among the jobs that are ready; `nil` for the order in which they became ready.
    init(loop: EmbeddedEventLoop, choice: SeededGenerator?) {
        self.loop = loop
        self.choice = choice
        GlobalJobs.redirect(to: self)
    }

    /// Gives the thread's global jobs back to the runtime; called once, when all tasks have ended.
    func retire() {
        GlobalJobs.redirect(to: nil)
    }

    /// Takes a job; called by the runtime.
    func enqueue(_ job: consuming ExecutorJob) {
        add(UnownedJob(job))
    }

    fileprivate func add(_ job: UnownedJob) {
        precondition(pthread_equal(pthread_self(), thread) != 0, "a task of the simulation left its thread")
        jobs.append(job)
        if !isScheduled {
            isScheduled = true
            loop.execute { self.runAll() }
        }
    }

    private func runAll() {
        while let job = next() {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        isScheduled = false
    }

    private func next() -> UnownedJob? {
        guard jobs.count > 1, choice != nil else {
            return jobs.popFirst()
        }
        return jobs.remove(at: Int.random(in: 0..<jobs.count, using: &choice!))
    }
}

/// The runtime's global jobs of a simulation's thread.
///
/// Tasks of the simulation prefer its executor, but an unstructured `Task` in a library does not inherit that. The
/// runtime has a hook for such jobs; other threads are not touched.
private enum GlobalJobs {
    typealias Original = @convention(thin) (UnownedJob) -> Void
    typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        precondition(pthread_key_create(&key, nil) == 0, "there is no key for thread-local data")
        install()
        return key
    }()

    static func redirect(to executor: SimulatedExecutor?) {
        pthread_setspecific(key, executor.map { Unmanaged.passUnretained($0).toOpaque() })
    }

    static func current() -> SimulatedExecutor? {
        pthread_getspecific(key).map { Unmanaged<SimulatedExecutor>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func install() {
        guard let hook = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("this Swift runtime has no hook for global jobs")
        }
        hook.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
            if let executor = GlobalJobs.current() {
                executor.add(job)
            } else {
                original(job)
            }
        }
    }
}
