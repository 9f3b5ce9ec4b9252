#include "page.h"

/* Colours are named once for light and once for dark; paper is always light. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char page_style[] =
    ":root{--ink:#1b1f24;--soft:#57606a;--back:#fff;--card:#f6f8fa;--line:#d0d7de;--one:#0b63c5;--two:#"
    "0f766e;"
    "--three:#b45309;--four:#7c3aed;--five:#be123c;--six:#4d7c0f;--good:#15803d;--bad:#b91c1c}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;--back:#0d1117;--card:#161b22;"
    "--line:#30363d;--one:#5aa9ff;--two:#2dd4bf;--three:#f59e0b;--four:#b794f6;--five:#fb7185;--six:#a3e635;"
    "--good:#4ade80;--bad:#f87171}}"
    "@media "
    "print{:root{--ink:#000;--soft:#444;--back:#fff;--card:#fff;--line:#999;--one:#0b63c5;--two:#0f766e;"
    "--three:#b45309;--four:#7c3aed;--five:#be123c;--six:#4d7c0f;--good:#15803d;--bad:#b91c1c}"
    "section{break-inside:avoid}main{max-width:none}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',"
    "'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',sans-serif;-webkit-print-color-adjust:exact;"
    "print-color-adjust:exact}"
    "main{max-width:60rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem;margin:.5rem 0}"
    "h2{font-size:1.15rem;margin:1.5rem 0 .5rem}p,figcaption{color:var(--soft);margin:.25rem 0}"
    "section{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid "
    "var(--line);vertical-align:top}"
    "th{color:var(--soft);font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:"
    "nowrap}"
    "tr.sum td{font-weight:700}tr.minus .n{color:var(--bad)}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem}"
    ".figures div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem "
    ".8rem}"
    ".figures b{display:block;font-size:1.1rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".figures span{color:var(--soft);font-size:.85rem}figure{margin:0}"
    "svg{display:block;width:100%;max-width:32rem;height:auto;font-family:inherit}svg "
    "text{fill:var(--ink);font-size:12px}"
    "svg .soft{fill:var(--soft)}svg .line{stroke:var(--line)}svg .card{fill:var(--card)}"
    ".key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.25rem "
    "0;list-style:none;font-size:.85rem}"
    ".key i{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin-right:.35em}";

void page_text(buffer *out, prm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&':
            buffer_string(out, "&amp;");
            break;
        case '<':
            buffer_string(out, "&lt;");
            break;
        case '>':
            buffer_string(out, "&gt;");
            break;
        case '"':
            buffer_string(out, "&quot;");
            break;
        case '\'':
            buffer_string(out, "&#39;");
            break;
        default:
            buffer_byte(out, text.data[i]);
            break;
        }
    }
}

void page_open(buffer *out, const char *language, prm_text title)
{
    buffer_format(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", language);
    buffer_string(out, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    page_text(out, title);
    buffer_string(out, "</title>\n<style>");
    buffer_string(out, page_style);
    buffer_string(out, "</style>\n</head>\n<body>\n<main>\n");
    page_element(out, "h1", title);
}

void page_close(buffer *out)
{
    buffer_string(out, "</main>\n</body>\n</html>\n");
}

void page_element(buffer *out, const char *name, prm_text text)
{
    buffer_format(out, "<%s>", name);
    page_text(out, text);
    buffer_format(out, "</%s>\n", name);
}

static void page_cell(buffer *out, const char *name, prm_text text, int numeric)
{
    buffer_format(out, "<%s%s>", name, numeric ? " class=\"n\"" : "");
    page_text(out, text);
    buffer_format(out, "</%s>", name);
}

void page_table_open(buffer *out, const char *const *names, const char *numeric)
{
    buffer_string(out, "<table>\n<thead><tr>");
    for (size_t i = 0; numeric[i] != '\0'; i++)
        page_cell(out, "th", text_of(names[i]), numeric[i] == 'n');
    buffer_string(out, "</tr></thead>\n<tbody>\n");
}

void page_table_row(buffer *out, const prm_text *cells, const char *numeric, const char *style)
{
    if (style[0] == '\0')
        buffer_string(out, "<tr>");
    else
        buffer_format(out, "<tr class=\"%s\">", style);
    for (size_t i = 0; numeric[i] != '\0'; i++)
        page_cell(out, "td", cells[i], numeric[i] == 'n');
    buffer_string(out, "</tr>\n");
}

void page_table_close(buffer *out)
{
    buffer_string(out, "</tbody>\n</table>\n");
}

static int page_fail(const char *path)
{
    fprintf(stderr, "prm: %s: %s\n", path, strerror(errno));
    return CLI_FINDINGS;
}

int page_write(const buffer *page, const char *path)
{
    if (strcmp(path, "-") == 0) {
        fwrite(page->data, 1, page->size, stdout);
        return cli_finish_output(CLI_DONE);
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return page_fail(path);
    size_t written = fwrite(page->data, 1, page->size, file);
    int closed = fclose(file);
    return written == page->size && closed == 0 ? CLI_DONE : page_fail(path);
}
