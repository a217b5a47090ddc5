#ifndef DANMAKU_GLOBAL_JOBS_H
#define DANMAKU_GLOBAL_JOBS_H

/// Passes every job of Swift's global executor to a function, instead of to a pool of threads.
///
/// The hook is a variable of the Swift runtime with Swift's calling convention, which only C can name in a program that
/// holds the runtime.
void danmaku_take_global_jobs(void (*take)(void *job));

#endif
