/* Program text: compiles or says why not; what compiles lists, verifies and runs. */
#include "exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_text_exercise((const char *)data, size, fuzz_hash(1, data, size));
    return 0;
}
