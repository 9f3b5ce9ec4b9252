/* Mapping files, and rows that are mapped by them: NDJSON where the first byte is an M, else CSV. */
#include "reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_begin();
    if (size > 0)
        fuzz_read_mapping(data + 1, size - 1, data[0] == 'M' ? EVENTS_NDJSON : EVENTS_CSV);
    return 0;
}
