#include "progressbar.h"

/* The line is drawn over itself with a carriage return, and wiped before any
 * other message is written. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PROGRESSBAR_WIDTH = 30, PROGRESSBAR_PATIENCE_MS = 1000, PROGRESSBAR_EVERY_MS = 100 };

static int64_t progressbar_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + (int64_t)now.tv_nsec / 1000000;
}

void progressbar_open(progressbar *bar, uint64_t total)
{
    const char *terminal = getenv("TERM");
    int capable = terminal != NULL && strcmp(terminal, "dumb") != 0;
    *bar = (progressbar){.total = total, .started = progressbar_now()};
    bar->enabled = capable && isatty(STDERR_FILENO);
}

static int progressbar_color(void)
{
    const char *plain = getenv("NO_COLOR");
    return plain == NULL || plain[0] == '\0';
}

void progressbar_line(char *out, size_t capacity, unsigned percent, uint64_t events, int64_t seconds_left,
                      int color)
{
    char bar[PROGRESSBAR_WIDTH + 1];
    if (percent > 100) {
        snprintf(out, capacity, "reading  %" PRIu64 " events", events);
        return;
    }
    unsigned full = percent * PROGRESSBAR_WIDTH / 100;
    memset(bar, '.', PROGRESSBAR_WIDTH);
    memset(bar, '#', full);
    bar[PROGRESSBAR_WIDTH] = '\0';
    snprintf(out, capacity, "reading  [%s%s%s] %3u%%  %" PRIu64 " events  %" PRId64 " s left",
             color ? "\033[36m" : "", bar, color ? "\033[0m" : "", percent, events, seconds_left);
}

void progressbar_update(progressbar *bar, uint64_t bytes, uint64_t events)
{
    char line[160];
    if (!bar->enabled)
        return;
    int64_t now = progressbar_now();
    int64_t spent = now - bar->started;
    if (spent < PROGRESSBAR_PATIENCE_MS || now - bar->drawn < PROGRESSBAR_EVERY_MS)
        return;
    unsigned percent = 101;
    int64_t left = 0;
    if (bar->total > 0 && bytes > 0 && bytes <= bar->total) {
        percent = (unsigned)(bytes * 100 / bar->total);
        left = (int64_t)((bar->total - bytes) / (bytes / (uint64_t)spent + 1) / 1000);
    }
    progressbar_line(line, sizeof line, percent, events, left, progressbar_color());
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    bar->shown = 1;
    bar->drawn = now;
}

void progressbar_evaluating(progressbar *bar, uint64_t events)
{
    if (!bar->enabled)
        return;
    fprintf(stderr, "\revaluating %" PRIu64 " event%s ...\033[K", events, events == 1 ? "" : "s");
    fflush(stderr);
    bar->shown = 1;
}

void progressbar_clear(progressbar *bar)
{
    if (bar == NULL || !bar->shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    bar->shown = 0;
}
