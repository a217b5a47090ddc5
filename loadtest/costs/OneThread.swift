import CGlobalJobs

/// Runs all tasks on the thread that calls ``drain()``, in the order in which they became ready.
///
/// With one thread, the same input costs the same number of instructions. `Task.yield()` uses the global executor
/// whatever a task prefers, so that one is replaced too.
final class OneThread: TaskExecutor, @unchecked Sendable {
    // Unchecked: the program has one thread.

    static let shared = OneThread()

    private var jobs: [UnownedJob] = []
    private var next = 0

    private init() {
        danmaku_take_global_jobs { job in
            if let job {
                OneThread.shared.jobs.append(unsafeBitCast(job, to: UnownedJob.self))
            }
        }
    }

    /// Takes a job; called by the runtime.
    func enqueue(_ job: consuming ExecutorJob) {
        jobs.append(UnownedJob(job))
    }

    /// Runs jobs until none is ready.
    func drain() {
        while next < jobs.count {
            next += 1
            jobs[next - 1].runSynchronously(on: asUnownedTaskExecutor())
        }
        jobs.removeAll(keepingCapacity: true)
        next = 0
    }
}
