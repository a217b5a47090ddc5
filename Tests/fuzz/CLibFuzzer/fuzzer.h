#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library: runs until an input fails, a limit is reached, or for ever.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test_one_input)(const uint8_t *data, size_t size));
