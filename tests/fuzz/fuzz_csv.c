/* Events as CSV. Where the first byte is a g, which format it is is guessed. */
#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_begin();
    if (size > 0)
        fuzz_read_events(data + 1, size - 1, data[0] == 'g' ? EVENTS_GUESS : EVENTS_CSV);
    return 0;
}
