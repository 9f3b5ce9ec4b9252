#include "findings.h"

/* Messages quote the input, so nothing of them reaches a terminal unchecked. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "width.h"

/* So many are held back at the most: a file of nothing but broken lines fills no batch. */
enum { FINDINGS_HELD = 65536 };

struct finding {
    uint64_t line;
    size_t place; /* in the order of their coming */
    char *message;
};

void findings_write_safe(FILE *out, prm_text text)
{
    for (size_t at = 0, length; at < text.size; at += length) {
        uint32_t point = utf8_read(text.data + at, text.size - at, &length);
        if (point == '\n')
            fputc('\n', out);
        else if (point == 0xFFFD || width_is_control(point))
            fputc('?', out);
        else
            fwrite(text.data + at, 1, length, out);
    }
}

/* The whole line as one C string, to be freed. */
static char *findings_format(event_origin origin, const char *severity, const char *format, va_list arguments)
{
    char reason[800];
    buffer message = {0};
    vsnprintf(reason, sizeof reason, format, arguments);
    if (origin.line > 0)
        buffer_format(&message, "%s:%" PRIu64 ": %s%s", origin.file, origin.line, severity, reason);
    else
        buffer_format(&message, "%s: %s%s", origin.file, severity, reason);
    for (size_t i = 0; i < message.size; i++)
        if (message.data[i] == '\n')
            message.data[i] = ' ';
    buffer_byte(&message, '\0');
    return message.data;
}

static void findings_write(findings *list, char *message)
{
    progressbar_clear(list->bar);
    findings_write_safe(list->out, text_of(message));
    fputc('\n', list->out);
    free(message);
}

static int finding_order(const void *a, const void *b)
{
    const finding *first = a;
    const finding *second = b;
    if (first->line != second->line)
        return first->line < second->line ? -1 : 1;
    return (first->place > second->place) - (first->place < second->place);
}

void findings_flush(findings *list)
{
    if (list->held_count > 0)
        qsort(list->held, list->held_count, sizeof *list->held, finding_order);
    for (size_t i = 0; i < list->held_count; i++) {
        if (list->written < list->shown) {
            findings_write(list, list->held[i].message);
            list->written++;
        } else {
            free(list->held[i].message);
        }
    }
    list->held_count = 0;
}

void findings_add(findings *list, event_origin origin, const char *format, ...)
{
    va_list arguments;
    list->count++;
    if (list->written >= list->shown)
        return;
    list->held = memory_grow(list->held, &list->held_capacity, list->held_count + 1, sizeof *list->held);
    finding *one = &list->held[list->held_count];
    va_start(arguments, format);
    *one = (finding){origin.line, list->held_count++, findings_format(origin, "", format, arguments)};
    va_end(arguments);
    if (!list->sorted || list->held_count == FINDINGS_HELD)
        findings_flush(list);
}

void findings_warn(findings *list, event_origin origin, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    findings_write(list, findings_format(origin, "warning: ", format, arguments));
    va_end(arguments);
}

void findings_close(findings *list)
{
    findings_flush(list);
    if (list->count > list->shown)
        fprintf(list->out, "... and %" PRIu64 " more (--all-errors shows them all)\n",
                list->count - list->shown);
    free(list->held);
    list->held = NULL;
    list->held_capacity = 0;
}
