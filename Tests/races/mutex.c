// Tells ThreadSanitizer about `Synchronization.Mutex` on Linux; only `make check-races` links it.
//
// The mutex is a futex. Its fast path is compiled into our code, where ThreadSanitizer sees the atomic operations. Its slow
// path is in the standard library, which is not instrumented: a lock that had to be waited for looks like no lock, and
// everything under it like a race. Here both slow functions are put before the library's, and say what they do. The locks
// of dependencies are covered too, and no source has to name another type.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "race_checked_mutex.h"

// `_MutexHandle._lockSlow(_: UInt32)` and `_MutexHandle._unlockSlow()`.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void race_checked_lock_slow(uint32_t owner, SELF) __asm__(LOCK_SLOW);
SWIFT void race_checked_unlock_slow(SELF) __asm__(UNLOCK_SLOW);

static SWIFT void (*library_lock_slow)(uint32_t owner, SELF);
static SWIFT void (*library_unlock_slow)(SELF);

__attribute__((constructor)) static void find_library_functions(void) {
    library_lock_slow = dlsym(RTLD_NEXT, LOCK_SLOW);
    library_unlock_slow = dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (library_lock_slow == NULL || library_unlock_slow == NULL) {
        fputs("This toolchain's Mutex has other slow paths than Tests/races/mutex.c knows.\n", stderr);
        abort();
    }
}

SWIFT void race_checked_lock_slow(uint32_t owner, SELF) {
    library_lock_slow(owner, self);
    __tsan_acquire(self);
}

SWIFT void race_checked_unlock_slow(SELF) {
    __tsan_release(self);
    library_unlock_slow(self);
}
