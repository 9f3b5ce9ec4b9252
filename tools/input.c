#include "input.h"

/* The window slides over one buffer: what is taken makes room at the front, and
 * the buffer grows only when one record fills it. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

enum { INPUT_CHUNK = 256 * 1024 };

int input_open(input *in, const char *path)
{
    struct stat status;
    int standard = strcmp(path, "-") == 0;
    *in = (input){.name = standard ? "standard input" : path};
    in->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (in->descriptor < 0)
        return errno;
    if (fstat(in->descriptor, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            input_close(in);
            return EISDIR;
        }
        if (S_ISREG(status.st_mode) && status.st_size > 0)
            in->total = (uint64_t)status.st_size;
    }
    return 0;
}

static void input_make_room(input *in)
{
    if (in->capacity - in->end >= INPUT_CHUNK)
        return;
    if (in->begin > 0) {
        memmove(in->data, in->data + in->begin, in->end - in->begin);
        in->end -= in->begin;
        in->begin = 0;
    }
    in->data = memory_grow(in->data, &in->capacity, in->end + INPUT_CHUNK, 1);
}

int input_more(input *in)
{
    if (in->finished)
        return 0;
    input_make_room(in);
    ssize_t got;
    do
        got = read(in->descriptor, in->data + in->end, INPUT_CHUNK);
    while (got < 0 && errno == EINTR);
    if (got <= 0) {
        in->error = got < 0 ? errno : 0;
        in->finished = 1;
        return 0;
    }
    in->end += (size_t)got;
    in->taken += (uint64_t)got;
    return 1;
}

int input_is_utf16(input *in)
{
    return input_has(in, 1) && (memcmp(in->data + in->begin, "\xFF\xFE", 2) == 0 ||
                                memcmp(in->data + in->begin, "\xFE\xFF", 2) == 0);
}

void input_skip_mark(input *in)
{
    if (input_has(in, 2) && memcmp(in->data + in->begin, "\xEF\xBB\xBF", 3) == 0)
        in->begin += 3;
}

void input_close(input *in)
{
    if (in->descriptor > STDIN_FILENO)
        close(in->descriptor);
    in->descriptor = -1;
    free(in->data);
    in->data = NULL;
    in->begin = in->end = in->capacity = 0;
    in->finished = 1;
}
