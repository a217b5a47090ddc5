#include "global-jobs.h"

#define SWIFT_CALL __attribute__((swiftcall))

extern SWIFT_CALL void (*swift_task_enqueueGlobal_hook)(void *job, void *original);

static void (*taker)(void *job);

static SWIFT_CALL void hook(void *job, void *original) {
    (void)original;
    taker(job);
}

void danmaku_take_global_jobs(void (*take)(void *job)) {
    taker = take;
    swift_task_enqueueGlobal_hook = hook;
}
