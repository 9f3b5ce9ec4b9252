/* Files of program tests. */
#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_begin();
    fuzz_read_tests(data, size);
    return 0;
}
