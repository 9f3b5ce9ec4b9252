/* diag_render: a diagnostic as people read it: where and what, the line of the
 * program with a caret under the place, and the hint.
 *
 *     program.yaml:7:14: error 302: there is no event type "lead.registred"
 *       7 |     when: {count: lead.registred, at_least: 10}
 *         |                   ^~~~~~~~~~~~~~
 *         = did you mean "lead.registered"?
 *
 * Tabs stay tabs in both lines; wide characters take two columns, as terminals
 * show them; what could command a terminal is replaced. */
#include "base/diag.h"

#include "base/utf8.h"

#include <string.h>

#define RENDER_COLUMNS 100 /* of the source line */
#define RENDER_BEFORE 40   /* of these before the caret, where a line is cut */

/* ---- Output ---- */

/* Writes what fits, whole pieces only, and counts all. */
typedef struct render_out {
    char *buffer;
    size_t capacity;
    size_t written;
    size_t size;
    bool full;
} render_out;

static void render_put(render_out *out, const char *text, size_t size)
{
    out->size += size;
    out->full = out->full || out->capacity - out->written <= size;
    if (out->full || size == 0)
        return;
    memcpy(out->buffer + out->written, text, size);
    out->written += size;
}

static void render_text(render_out *out, prm_text text)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t code;
        size_t step = prm__utf8_decode(text.data + at, text.size - at, &code);
        render_put(out, text.data + at, step);
        at += step;
    }
}

static void render_string(render_out *out, const char *text)
{
    render_text(out, (prm_text){text, strlen(text)});
}

static void render_repeat(render_out *out, char c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        render_put(out, &c, 1);
}

/* Returns the digits. */
static size_t render_number(render_out *out, uint32_t number)
{
    char digits[10];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    render_put(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

/* ---- Columns ---- */

typedef struct render_range {
    uint32_t first, last;
    uint32_t width;
} render_range;

/* Those that do not take one column: combining marks, and East Asian wide characters. */
static const render_range render_ranges[] = {
    {0x0300, 0x036F, 0},   {0x1100, 0x115F, 2},   {0x200B, 0x200F, 0},   {0x2E80, 0x303E, 2},
    {0x3041, 0x3098, 2},   {0x3099, 0x309A, 0},   {0x309B, 0x33FF, 2},   {0x3400, 0x4DBF, 2},
    {0x4E00, 0xA4CF, 2},   {0xA960, 0xA97F, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
    {0xFE00, 0xFE0F, 0},   {0xFE30, 0xFE6F, 2},   {0xFEFF, 0xFEFF, 0},   {0xFF01, 0xFF60, 2},
    {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2},
    {0x1FA70, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2},
};

static size_t render_width(uint32_t code)
{
    if (code < render_ranges[0].first)
        return 1;
    for (size_t i = 0; i < sizeof render_ranges / sizeof render_ranges[0]; i++)
        if (code >= render_ranges[i].first && code <= render_ranges[i].last)
            return render_ranges[i].width;
    return 1;
}

/* One character of the source line. */
typedef struct render_glyph {
    const char *bytes;
    size_t size;
    uint32_t code;
    uint32_t index; /* code points before it */
    size_t column;  /* columns before it; a tab counts as one */
    size_t width;
} render_glyph;

/* Steps to the next; start with a glyph of zeroes. False after the last. */
static bool render_next(prm_text source, render_glyph *glyph)
{
    size_t at = 0;
    if (glyph->bytes != NULL) {
        at = (size_t)(glyph->bytes - source.data) + glyph->size;
        glyph->index++;
        glyph->column += glyph->width;
    }
    if (at >= source.size)
        return false;
    glyph->bytes = source.data + at;
    glyph->size = prm__utf8_decode(glyph->bytes, source.size - at, &glyph->code);
    glyph->width = render_width(glyph->code);
    return true;
}

/* The columns of the source line that are shown. */
typedef struct render_view {
    size_t first, end;
    size_t line; /* columns of the whole line, or as many as matter */
} render_view;

/* A line may be as long as a program: nobody looks far beyond the caret. */
static render_view render_choose_view(const prm_diagnostic *diagnostic)
{
    render_glyph glyph = {0};
    size_t caret = 0;
    while (render_next(diagnostic->source, &glyph) && glyph.column <= caret + RENDER_COLUMNS)
        if (glyph.index + 1 <= diagnostic->column)
            caret = glyph.column;
    render_view view = {0, glyph.column, glyph.column};
    if (view.line <= RENDER_COLUMNS)
        return view;
    if (caret > RENDER_BEFORE)
        view.first = caret - RENDER_BEFORE;
    if (view.first + RENDER_COLUMNS > view.line)
        view.first = view.line - RENDER_COLUMNS;
    view.end = view.first + RENDER_COLUMNS;
    return view;
}

static bool render_is_shown(const render_view *view, const render_glyph *glyph)
{
    return glyph->column >= view->first && glyph->column + glyph->width <= view->end;
}

/* ---- The lines ---- */

static void render_title(render_out *out, const prm_diagnostic *diagnostic)
{
    static const char *const severities[] = {"", "error", "warning", "note"};
    render_text(out, diagnostic->file);
    render_string(out, ":");
    (void)render_number(out, diagnostic->line);
    render_string(out, ":");
    (void)render_number(out, diagnostic->column);
    render_string(out, ": ");
    render_string(out, severities[diagnostic->severity]);
    render_string(out, " ");
    (void)render_number(out, diagnostic->number);
    render_string(out, ": ");
    render_text(out, diagnostic->message);
    render_string(out, "\n");
}

static void render_source(render_out *out, prm_text source, const render_view *view)
{
    render_string(out, view->first > 0 ? " ..." : " ");
    for (render_glyph glyph = {0}; render_next(source, &glyph) && glyph.column <= view->end;) {
        if (!render_is_shown(view, &glyph))
            continue;
        bool is_text = glyph.code == '\t' || !prm__utf8_is_command(glyph.code);
        if (!is_text || glyph.code == 0xFFFD)
            render_put(out, "\xEF\xBF\xBD", 3);
        else
            render_put(out, glyph.bytes, glyph.size);
    }
    render_string(out, view->end < view->line ? "...\n" : "\n");
}

static void render_caret(render_out *out, const prm_diagnostic *diagnostic, const render_view *view)
{
    size_t marked = 0;
    render_string(out, view->first > 0 ? "    " : " ");
    for (render_glyph glyph = {0}; render_next(diagnostic->source, &glyph) && glyph.column <= view->end;) {
        if (!render_is_shown(view, &glyph))
            continue;
        if (glyph.index + 1 < diagnostic->column)
            render_repeat(out, glyph.code == '\t' ? '\t' : ' ', glyph.width);
        else if (glyph.index + 1 < diagnostic->end_column)
            marked += glyph.width;
    }
    render_string(out, "^");
    render_repeat(out, '~', marked > 0 ? marked - 1 : 0);
    render_string(out, "\n");
}

/* Source line and caret, after a margin for the line's number; returns the margin. */
static size_t render_place(render_out *out, const prm_diagnostic *diagnostic)
{
    render_view view = render_choose_view(diagnostic);
    render_string(out, "  ");
    size_t margin = 2 + render_number(out, diagnostic->line) + 1;
    render_string(out, " |");
    render_source(out, diagnostic->source, &view);
    render_repeat(out, ' ', margin);
    render_string(out, "|");
    render_caret(out, diagnostic, &view);
    return margin;
}

static void render_diagnostic(render_out *out, const prm_diagnostic *diagnostic)
{
    size_t margin = 4;
    render_title(out, diagnostic);
    if (diagnostic->source.size > 0)
        margin = render_place(out, diagnostic);
    if (diagnostic->hint.size == 0)
        return;
    render_repeat(out, ' ', margin);
    render_string(out, "= ");
    render_text(out, diagnostic->hint);
    render_string(out, "\n");
}

size_t prm_diagnostics_render(const prm_diagnostics *diagnostics, size_t index, char *buffer, size_t capacity)
{
    render_out out = {buffer, buffer == NULL ? 0 : capacity, 0, 0, false};
    prm_diagnostic diagnostic = {.size = sizeof diagnostic};
    if (prm_diagnostics_get(diagnostics, index, &diagnostic) == PRM_OK)
        render_diagnostic(&out, &diagnostic);
    if (out.capacity > 0)
        buffer[out.written] = '\0';
    return out.size;
}
