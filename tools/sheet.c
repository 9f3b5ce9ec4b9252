#include "sheet.h"

/* CSV and NDJSON leave at once; a table keeps its cells to the end, when the
 * widths are known. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "jsontext.h"
#include "memory.h"
#include "width.h"

enum { SHEET_LEAST_WIDTH = 8, SHEET_GAP = 2 };

struct sheet {
    FILE *out;
    sheet_format format;
    const sheet_column *columns;
    size_t count;
    size_t width;
    size_t hidden; /* its one column that is left out; `count`: none */
    int colored;
    buffer line; /* CSV, NDJSON: the row under way */
    arena texts; /* table: all cells */
    prm_text *cells;
    size_t cell_count;
    size_t cell_capacity;
};

/* ---- CSV --------------------------------------------------------------------- */

static void sheet_csv_cell(buffer *line, prm_text cell)
{
    static const char special[256] = {[','] = 1, ['"'] = 1, ['\r'] = 1, ['\n'] = 1};
    int quoted = 0;
    for (size_t i = 0; i < cell.size; i++)
        quoted |= special[(unsigned char)cell.data[i]];
    if (!quoted) {
        buffer_put(line, cell.data, cell.size);
        return;
    }
    buffer_byte(line, '"');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.data[i] == '"')
            buffer_byte(line, '"');
        buffer_byte(line, cell.data[i]);
    }
    buffer_byte(line, '"');
}

static void sheet_csv_row(sheet *target, const prm_text *cells)
{
    for (size_t i = 0; i < target->count; i++) {
        if (i > 0)
            buffer_byte(&target->line, ',');
        prm_text cell = cells[i];
        if (target->columns[i].kind == SHEET_CHANGE && cell.size > 0 && cell.data[0] == '+')
            cell = (prm_text){cell.data + 1, cell.size - 1};
        sheet_csv_cell(&target->line, cell);
    }
}

/* ---- NDJSON --------------------------------------------------------------------- */

/* An empty cell is no member. */
static void sheet_json_row(sheet *target, const prm_text *cells)
{
    const char *separator = "{";
    for (size_t i = 0; i < target->count; i++) {
        if (cells[i].size == 0)
            continue;
        buffer_string(&target->line, separator);
        jsontext_put(&target->line, text_of(target->columns[i].name));
        buffer_byte(&target->line, ':');
        int plus = target->columns[i].kind == SHEET_CHANGE && cells[i].data[0] == '+';
        if (target->columns[i].kind == SHEET_NUMBER || target->columns[i].kind == SHEET_CHANGE)
            buffer_put(&target->line, cells[i].data + plus, cells[i].size - (size_t)plus);
        else
            jsontext_put(&target->line, cells[i]);
        separator = ",";
    }
    buffer_string(&target->line, separator[0] == '{' ? "{}" : "}");
}

static void sheet_flush_line(sheet *target)
{
    buffer_byte(&target->line, '\n');
    fwrite(target->line.data, 1, target->line.size, target->out);
    target->line.size = 0;
}

/* ---- Tables ----------------------------------------------------------------------- */

/* A copy in which nothing moves the terminal's cursor. */
static prm_text sheet_safe_text(sheet *target, prm_text cell)
{
    char *copy = arena_take(&target->texts, cell.size + 1);
    size_t size = 0;
    for (size_t at = 0, length; at < cell.size; at += length) {
        uint32_t point = utf8_read(cell.data + at, cell.size - at, &length);
        if (point == 0xFFFD || width_is_control(point)) {
            copy[size++] = '?';
            continue;
        }
        memcpy(copy + size, cell.data + at, length);
        size += length;
    }
    return (prm_text){copy, size};
}

static void sheet_keep_row(sheet *target, const prm_text *cells)
{
    size_t need = target->cell_count + target->count;
    target->cells = memory_grow(target->cells, &target->cell_capacity, need, sizeof *target->cells);
    for (size_t i = 0; i < target->count; i++)
        target->cells[target->cell_count++] = sheet_safe_text(target, cells[i]);
}

/* The width that each column needs; 0 for one that is empty throughout. */
static void sheet_measure(const sheet *target, size_t *widths)
{
    for (size_t i = 0; i < target->cell_count; i++) {
        size_t width = width_of(target->cells[i]);
        size_t column = i % target->count;
        if (width > widths[column])
            widths[column] = width;
    }
    for (size_t i = 0; i < target->count; i++) {
        size_t name = strlen(target->columns[i].name);
        if ((widths[i] > 0 || target->cell_count == 0) && name > widths[i])
            widths[i] = name;
    }
    if (target->hidden < target->count)
        widths[target->hidden] = 0;
}

static size_t sheet_total(const sheet *target, const size_t *widths)
{
    size_t total = 0;
    for (size_t i = 0; i < target->count; i++)
        if (widths[i] > 0)
            total += widths[i] + (total > 0 ? SHEET_GAP : 0);
    return total;
}

/* Takes columns of text down, the widest first; numbers are never cut. */
static void sheet_fit(const sheet *target, size_t *widths)
{
    while (target->width > 0 && sheet_total(target, widths) > target->width) {
        size_t widest = target->count;
        for (size_t i = 0; i < target->count; i++)
            if (target->columns[i].kind == SHEET_TEXT && widths[i] > SHEET_LEAST_WIDTH &&
                (widest == target->count || widths[i] > widths[widest]))
                widest = i;
        if (widest == target->count)
            return;
        widths[widest]--;
    }
}

static void sheet_table_cell(sheet *target, prm_text cell, size_t width, sheet_kind kind)
{
    size_t taken = width_of(cell);
    if (taken > width) {
        size_t kept = width_cut(cell, width - 1);
        taken = width_of((prm_text){cell.data, kept}) + 1;
        buffer_put(&target->line, cell.data, kept);
        buffer_string(&target->line, "\u2026");
        buffer_repeat(&target->line, ' ', width - taken);
        return;
    }
    int tinted = target->colored && kind == SHEET_CHANGE && cell.size > 0 &&
                 strchr("+-", cell.data[0]) != NULL;
    if (kind != SHEET_TEXT)
        buffer_repeat(&target->line, ' ', width - taken);
    if (tinted)
        buffer_string(&target->line, cell.data[0] == '+' ? "\033[32m" : "\033[31m");
    buffer_put(&target->line, cell.data, cell.size);
    if (tinted)
        buffer_string(&target->line, "\033[0m");
    if (kind == SHEET_TEXT)
        buffer_repeat(&target->line, ' ', width - taken);
}

static void sheet_table_row(sheet *target, const prm_text *cells, const size_t *widths)
{
    int first = 1;
    for (size_t i = 0; i < target->count; i++) {
        if (widths[i] == 0)
            continue;
        if (!first)
            buffer_repeat(&target->line, ' ', SHEET_GAP);
        sheet_table_cell(target, cells[i], widths[i], target->columns[i].kind);
        first = 0;
    }
    while (target->line.size > 0 && target->line.data[target->line.size - 1] == ' ')
        target->line.size--;
    sheet_flush_line(target);
}

static void sheet_names(const sheet *target, prm_text *names)
{
    for (size_t i = 0; i < target->count; i++)
        names[i] = text_of(target->columns[i].name);
}

static void sheet_table(sheet *target)
{
    size_t *widths = memory_take(target->count * sizeof *widths);
    prm_text *names = memory_take(target->count * sizeof *names);
    sheet_names(target, names);
    sheet_measure(target, widths);
    sheet_fit(target, widths);
    sheet_table_row(target, names, widths);
    for (size_t at = 0; at < target->cell_count && !ferror(target->out); at += target->count)
        sheet_table_row(target, target->cells + at, widths);
    free(names);
    free(widths);
}

/* ---- The sheet ------------------------------------------------------------------------ */

sheet *sheet_open(FILE *out, sheet_format format, const sheet_column *columns, size_t count, size_t width)
{
    sheet *target = memory_take(sizeof *target);
    *target = (sheet){
        .out = out, .format = format, .columns = columns, .count = count, .width = width, .hidden = count};
    target->colored = out == stdout && sheet_colored();
    if (format == SHEET_CSV) {
        prm_text *names = memory_take(count * sizeof *names);
        sheet_names(target, names);
        sheet_row(target, names);
        free(names);
    }
    return target;
}

void sheet_hide(sheet *target, size_t column)
{
    target->hidden = column;
}

void sheet_row(sheet *target, const prm_text *cells)
{
    switch (target->format) {
    case SHEET_TABLE:
        sheet_keep_row(target, cells);
        return;
    case SHEET_CSV:
        sheet_csv_row(target, cells);
        break;
    case SHEET_NDJSON:
        sheet_json_row(target, cells);
        break;
    }
    sheet_flush_line(target);
}

void sheet_close(sheet *target)
{
    if (target->format == SHEET_TABLE)
        sheet_table(target);
    buffer_free(&target->line);
    arena_free(&target->texts);
    free(target->cells);
    free(target);
}

int sheet_format_named(const char *name, sheet_format *out)
{
    static const char *const names[] = {"table", "csv", "ndjson"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        *out = (sheet_format)i;
        return 1;
    }
    return 0;
}

sheet_format sheet_format_default(void)
{
    return isatty(STDOUT_FILENO) ? SHEET_TABLE : SHEET_CSV;
}

int sheet_colored(void)
{
    const char *plain = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return (plain == NULL || plain[0] == '\0') && terminal != NULL && strcmp(terminal, "dumb") != 0 &&
           isatty(STDOUT_FILENO);
}

void sheet_heading(const char *text, int first)
{
    int bold = sheet_colored();
    printf("%s%s%s%s\n", first ? "" : "\n", bold ? "\033[1m" : "", text, bold ? "\033[0m" : "");
}

size_t sheet_terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}
