#include "findings.h"

/* Messages quote the input, so nothing of them reaches a terminal unchecked. */

#include <inttypes.h>
#include <stdarg.h>

#include "width.h"

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

void findings_add(findings *list, event_origin origin, const char *format, ...)
{
    char reason[800];
    buffer message = {0};
    va_list arguments;
    list->count++;
    if (list->count > list->shown)
        return;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (origin.line > 0)
        buffer_format(&message, "%s:%" PRIu64 ": %s", origin.file, origin.line, reason);
    else
        buffer_format(&message, "%s: %s", origin.file, reason);
    for (size_t i = 0; i < message.size; i++)
        if (message.data[i] == '\n')
            message.data[i] = ' ';
    progressbar_clear(list->bar);
    findings_write_safe(list->out, (prm_text){message.data, message.size});
    fputc('\n', list->out);
    buffer_free(&message);
}

void findings_close(findings *list)
{
    if (list->count > list->shown)
        fprintf(list->out, "... and %" PRIu64 " more (--all-errors shows them all)\n",
                list->count - list->shown);
}
