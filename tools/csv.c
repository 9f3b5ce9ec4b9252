#include "csv.h"

/* A line without quotes is cut where it lies. Any other record is scanned to its end
 * before any of it is changed, with cells as offsets from the window's start: the
 * window may move while it is read, and a broken record may be given up in favour of
 * the line after its quote. Only then are doubled quotes undone, in place. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"

struct csv_span {
    size_t begin;
    size_t end;
    int doubled; /* has doubled quotes */
};

/* What ended a cell, or why it has no end. */
typedef enum csv_stop {
    CSV_STOP_COMMA,
    CSV_STOP_LINE,
    CSV_STOP_OPEN,
    CSV_STOP_AFTER,
    CSV_STOP_LONG
} csv_stop;

/* One record under scan; offsets count from the window's start. */
typedef struct csv_scan {
    size_t at;    /* first byte not yet scanned */
    size_t quote; /* where the quote that is at fault was opened */
    int quoted;   /* a cell was quoted, so line ends may lie inside */
} csv_scan;

void csv_open(csv_reader *reader, input *in)
{
    *reader = (csv_reader){.in = in, .next_line = 1};
    input_skip_mark(in);
}

static void csv_add_span(csv_reader *reader, size_t begin, size_t end, int doubled)
{
    if (reader->count == reader->span_capacity)
        reader->spans = memory_grow(reader->spans, &reader->span_capacity, reader->count + 1,
                                    sizeof(csv_span));
    reader->spans[reader->count++] = (csv_span){begin, end, doubled};
}

/* Steps behind the line end that closes the record whose cell ends at `at`. */
static csv_stop csv_scan_plain(csv_reader *reader, csv_scan *scan)
{
    input *in = reader->in;
    size_t begin = scan->at;
    size_t at = begin;
    for (;;) {
        const char *data = in->data + in->begin;
        size_t size = in->end - in->begin;
        while (at < size && data[at] != ',' && data[at] != '\n')
            at++;
        if (at > INPUT_RECORD_BYTES)
            return CSV_STOP_LONG;
        if (at < size || !input_more(in))
            break;
    }
    const char *data = in->data == NULL ? "" : in->data + in->begin;
    int here = at < in->end - in->begin;
    int comma = here && data[at] == ',';
    size_t end = !comma && at > begin && data[at - 1] == '\r' ? at - 1 : at;
    csv_add_span(reader, begin, end, 0);
    scan->at = here ? at + 1 : at;
    return comma ? CSV_STOP_COMMA : CSV_STOP_LINE;
}

/* The offset of the quote that closes the cell begun at `at`; 0 when none does. */
static size_t csv_find_close(input *in, size_t at, int *doubled)
{
    for (;;) {
        if (at > INPUT_RECORD_BYTES || !input_has(in, at))
            return 0;
        const char *data = in->data + in->begin;
        size_t size = in->end - in->begin;
        const char *quote = memchr(data + at, '"', size - at);
        if (quote == NULL) {
            at = size;
            continue;
        }
        at = (size_t)(quote - data);
        if (!input_has(in, at + 1) || in->data[in->begin + at + 1] != '"')
            return at;
        *doubled = 1;
        at += 2;
    }
}

static csv_stop csv_scan_quoted(csv_reader *reader, csv_scan *scan)
{
    input *in = reader->in;
    int doubled = 0;
    scan->quoted = 1;
    scan->quote = scan->at;
    size_t close = csv_find_close(in, scan->at + 1, &doubled);
    if (close == 0)
        return CSV_STOP_OPEN;
    csv_add_span(reader, scan->at + 1, close, doubled);
    size_t at = close + 1;
    if (input_has(in, at) && in->data[in->begin + at] == '\r')
        at++;
    if (!input_has(in, at)) {
        scan->at = at;
        return CSV_STOP_LINE;
    }
    char byte = in->data[in->begin + at];
    scan->at = at + 1;
    if (byte == '\n')
        return CSV_STOP_LINE;
    return byte == ',' && at == close + 1 ? CSV_STOP_COMMA : CSV_STOP_AFTER;
}

static csv_stop csv_scan_record(csv_reader *reader, csv_scan *scan)
{
    csv_stop stop;
    reader->count = 0;
    do {
        int quoted = input_has(reader->in, scan->at) && reader->in->data[reader->in->begin + scan->at] == '"';
        stop = quoted ? csv_scan_quoted(reader, scan) : csv_scan_plain(reader, scan);
        if (scan->at > INPUT_RECORD_BYTES && stop <= CSV_STOP_LINE)
            stop = CSV_STOP_LONG;
    } while (stop == CSV_STOP_COMMA);
    return stop;
}

static uint64_t csv_count_lines(const char *data, size_t size)
{
    uint64_t lines = 0;
    for (const char *at = data, *end = data + size; at < end && (at = memchr(at, '\n', (size_t)(end - at)));
         at++)
        lines++;
    return lines;
}

static void csv_take(csv_reader *reader, size_t size)
{
    reader->in->begin += size;
}

/* Goes on behind the line end at or after `offset`, wherever it lies. */
static void csv_skip_line(csv_reader *reader, size_t offset)
{
    input *in = reader->in;
    reader->next_line += csv_count_lines(in->data + in->begin, offset);
    csv_take(reader, offset);
    while (input_has(in, 0)) {
        size_t size = in->end - in->begin;
        const char *end = memchr(in->data + in->begin, '\n', size);
        if (end != NULL) {
            csv_take(reader, (size_t)(end - (in->data + in->begin)) + 1);
            reader->next_line++;
            return;
        }
        csv_take(reader, size);
    }
}

static csv_result csv_give_up(csv_reader *reader, csv_stop stop, const csv_scan *scan)
{
    input *in = reader->in;
    size_t from = stop == CSV_STOP_LONG ? 0 : scan->quote;
    reader->line = reader->next_line + csv_count_lines(in->data + in->begin, from);
    switch (stop) {
    case CSV_STOP_OPEN:
        snprintf(reader->reason, sizeof reader->reason, "a quote is opened here and not closed");
        break;
    case CSV_STOP_AFTER:
        snprintf(reader->reason, sizeof reader->reason, "text stands after a closing quote");
        break;
    case CSV_STOP_LONG:
    case CSV_STOP_COMMA:
    case CSV_STOP_LINE:
        snprintf(reader->reason, sizeof reader->reason, "the record is longer than %zu bytes",
                 INPUT_RECORD_BYTES);
        from = scan->at > INPUT_RECORD_BYTES ? scan->at - 1 : INPUT_RECORD_BYTES;
        break;
    }
    csv_skip_line(reader, from);
    return CSV_BROKEN;
}

/* Whether the record's bytes are text; they are taken in either case. */
static int csv_check_bytes(csv_reader *reader, const char *data, size_t size)
{
    size_t fault = utf8_fault(data, size);
    if (fault == size)
        return 1;
    reader->line += csv_count_lines(data, fault);
    if (data[fault] == '\0')
        snprintf(reader->reason, sizeof reader->reason, "a NUL byte");
    else
        snprintf(reader->reason, sizeof reader->reason, "byte 0x%02X is not UTF-8",
                 (unsigned)(unsigned char)data[fault]);
    return 0;
}

/* Undoes the doubling of quotes; returns the new size. */
static size_t csv_undouble(char *data, size_t size)
{
    size_t out = 0;
    for (size_t i = 0; i < size; i++) {
        data[out++] = data[i];
        i += data[i] == '"';
    }
    return out;
}

static void csv_fill_cells(csv_reader *reader, char *data)
{
    if (reader->count > reader->cell_capacity)
        reader->cells = memory_grow(reader->cells, &reader->cell_capacity, reader->count, sizeof(prm_text));
    for (size_t i = 0; i < reader->count; i++) {
        const csv_span *span = &reader->spans[i];
        size_t size = span->end - span->begin;
        if (span->doubled)
            size = csv_undouble(data + span->begin, size);
        reader->cells[i] = (prm_text){data + span->begin, size};
    }
}

static void csv_skip_empty_lines(csv_reader *reader)
{
    input *in = reader->in;
    while (input_has(in, 0)) {
        const char *data = in->data + in->begin;
        if (data[0] == '\n')
            csv_take(reader, 1);
        else if (data[0] == '\r' && input_has(in, 1) && in->data[in->begin + 1] == '\n')
            csv_take(reader, 2);
        else
            return;
        reader->next_line++;
    }
}

static const char *csv_plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static csv_result csv_refuse_count(csv_reader *reader)
{
    snprintf(reader->reason, sizeof reader->reason, "%zu cell%s where the header has %zu", reader->count,
             csv_plural(reader->count), reader->columns);
    return CSV_BROKEN;
}

/* The line at the window's start, when all of it is there and no quote is in it, as most are: cut at its
 * commas. 0 when it is not of that kind, and nothing is taken. */
static int csv_take_plain(csv_reader *reader, csv_result *result)
{
    input *in = reader->in;
    char *begin = in->data + in->begin;
    char *line_end = memchr(begin, '\n', in->end - in->begin);
    size_t size = line_end == NULL ? 0 : (size_t)(line_end - begin);
    if (line_end == NULL || size >= INPUT_RECORD_BYTES || memchr(begin, '"', size) != NULL)
        return 0;
    reader->line = reader->next_line++;
    csv_take(reader, size + 1);
    *result = CSV_BROKEN;
    if (!csv_check_bytes(reader, begin, size))
        return 1;
    char *end = size > 0 && line_end[-1] == '\r' ? line_end - 1 : line_end;
    reader->count = 0;
    for (char *at = begin, *comma; at != NULL; at = comma == NULL ? NULL : comma + 1) {
        comma = memchr(at, ',', (size_t)(end - at));
        if (reader->count == reader->cell_capacity)
            reader->cells = memory_grow(reader->cells, &reader->cell_capacity, reader->count + 1,
                                        sizeof(prm_text));
        reader->cells[reader->count++] = (prm_text){at, (size_t)((comma == NULL ? end : comma) - at)};
    }
    *result = reader->columns != 0 && reader->count != reader->columns ? csv_refuse_count(reader)
                                                                       : CSV_RECORD;
    return 1;
}

csv_result csv_next(csv_reader *reader)
{
    input *in = reader->in;
    csv_scan scan = {0};
    csv_result result;
    csv_skip_empty_lines(reader);
    if (!input_has(in, 0))
        return CSV_END;
    if (csv_take_plain(reader, &result))
        return result;
    csv_stop stop = csv_scan_record(reader, &scan);
    if (stop != CSV_STOP_LINE)
        return csv_give_up(reader, stop, &scan);

    char *data = in->data + in->begin;
    int ended = data[scan.at - 1] == '\n';
    reader->line = reader->next_line;
    reader->next_line += scan.quoted ? csv_count_lines(data, scan.at) : (uint64_t)ended;
    csv_take(reader, scan.at);
    if (!csv_check_bytes(reader, data, scan.at))
        return CSV_BROKEN;
    if (reader->columns != 0 && reader->count != reader->columns)
        return csv_refuse_count(reader);
    csv_fill_cells(reader, data);
    return CSV_RECORD;
}

static int csv_text_order(const void *a, const void *b)
{
    return text_compare(*(const prm_text *)a, *(const prm_text *)b);
}

/* The name that occurs twice; an empty text when none does. */
static prm_text csv_find_twin(const prm_text *names, size_t count)
{
    prm_text twin = {0};
    prm_text *sorted = memory_take(count * sizeof *sorted);
    memcpy(sorted, names, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, csv_text_order);
    for (size_t i = 1; i < count && twin.size == 0; i++)
        if (text_same(sorted[i - 1], sorted[i]))
            twin = sorted[i];
    free(sorted);
    return twin;
}

static csv_result csv_refuse_header(csv_reader *reader, const char *reason)
{
    snprintf(reader->reason, sizeof reader->reason, "%s", reason);
    return CSV_BROKEN;
}

/* Whether the first line end outside quotes is a CR without LF, as no CSV of today has. */
static int csv_ends_with_cr(input *in)
{
    int quoted = 0;
    for (size_t at = 0; at < INPUT_RECORD_BYTES && input_has(in, at); at++) {
        char byte = in->data[in->begin + at];
        if (byte == '"')
            quoted = !quoted;
        else if (!quoted && byte == '\n')
            return 0;
        else if (!quoted && byte == '\r' && input_has(in, at + 1))
            return in->data[in->begin + at + 1] != '\n';
    }
    return 0;
}

static csv_result csv_refuse_unnamed(csv_reader *reader, const prm_text *names)
{
    for (size_t i = 0; i < reader->count; i++)
        if (names[i].size == 0)
            return csv_refuse_header(reader, "a column without a name");
    return CSV_RECORD;
}

csv_result csv_header(csv_reader *reader, arena *owner, prm_text **names)
{
    reader->line = 1;
    if (input_is_utf16(reader->in))
        return csv_refuse_header(reader, "the file is UTF-16; save it as UTF-8");
    if (csv_ends_with_cr(reader->in))
        return csv_refuse_header(reader, "lines end with CR only; save the file with LF or CRLF");
    csv_result result = csv_next(reader);
    if (result == CSV_END) {
        reader->line = 1;
        return csv_refuse_header(reader, "there is no header: the file is empty");
    }
    if (result != CSV_RECORD)
        return result;
    prm_text *copies = arena_take(owner, reader->count * sizeof *copies);
    for (size_t i = 0; i < reader->count; i++)
        copies[i] = arena_text(owner, reader->cells[i]);
    reader->columns = reader->count;
    *names = copies;
    if (csv_refuse_unnamed(reader, copies) == CSV_BROKEN)
        return CSV_BROKEN;
    prm_text twin = csv_find_twin(copies, reader->count);
    if (twin.size > 0) {
        snprintf(reader->reason, sizeof reader->reason, "two columns are named '%.*s'",
                 (int)(twin.size < 100 ? twin.size : 100), twin.data);
        return CSV_BROKEN;
    }
    if (reader->count == 1 && memchr(copies[0].data, ';', copies[0].size) != NULL)
        return csv_refuse_header(reader, "one column with ';' in its name: cells are separated by commas");
    return CSV_RECORD;
}

void csv_close(csv_reader *reader)
{
    free(reader->spans);
    free(reader->cells);
    *reader = (csv_reader){0};
}
