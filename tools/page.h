/* Pages of HTML that need nothing else: style within, readable on a phone and printed, light and dark. */
#ifndef TOOLS_PAGE_H
#define TOOLS_PAGE_H

#include "memory.h"

/* The text with what HTML would read as markup written out. */
void page_text(buffer *out, prm_text text);

/* Everything before and after the content; `language` as in LANG: "ja" or "en". */
void page_open(buffer *out, const char *language, prm_text title);
void page_close(buffer *out);

/* An element with a text in it: page_element(out, "h2", text). */
void page_element(buffer *out, const char *name, prm_text text);

/* A table: its heading row, then rows of cells; a cell of a numeric column stands at the right. `numeric` has
 * a character per column: 'n' or 't'. */
void page_table_open(buffer *out, const char *const *names, const char *numeric);
void page_table_row(buffer *out, const prm_text *cells, const char *numeric, const char *style);
void page_table_close(buffer *out);

/* Writes the page to the file at `path` ("-": standard output). CLI_DONE, or CLI_FINDINGS with a message. */
int page_write(const buffer *page, const char *path);

#endif
