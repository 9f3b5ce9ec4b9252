#include "testbrackets.h"

/* The other rate is written in place of the one in the program's own text, so that nothing else
 * of it changes. */

#include <stdlib.h>

#include "testvalue.h"
#include "yamldoc.h"

/* The byte at which the node's scalar begins. */
static size_t testbrackets_place(const yamldoc *doc, const yamldoc_node *node)
{
    size_t at = 0;
    for (uint32_t line = 1; line < node->line && at < doc->source.size; at++)
        line += doc->source.data[at] == '\n';
    for (uint32_t column = 1; column < node->column && at < doc->source.size; column++)
        for (at++; at < doc->source.size && ((unsigned char)doc->source.data[at] & 0xC0) == 0x80; at++)
            continue;
    return at + (node->quoted ? 1 : 0);
}

/* The program with another rate at the node; NULL where its text does not stand there as it is. */
static prm_program *testbrackets_other(const yamldoc *doc, const yamldoc_node *rate)
{
    int64_t value;
    int added;
    prm_program *program = NULL;
    size_t at = testbrackets_place(doc, rate);
    size_t end = at + rate->text.size;
    if (end > doc->source.size || !testvalue_rate(rate->text, &value, &added) ||
        !text_same(rate->text, (prm_text){doc->source.data + at, rate->text.size}))
        return NULL;
    buffer text = {0};
    buffer_put(&text, doc->source.data, at);
    buffer_string(&text, value == 0 ? "50%" : "0%");
    buffer_put(&text, doc->source.data + end, doc->source.size - end);
    if (prm_program_compile(text.data, text.size, NULL, &program, NULL, NULL) != PRM_OK)
        program = NULL;
    buffer_free(&text);
    return program;
}

static const yamldoc_node *testbrackets_find(const yamldoc_node *node, const char *key)
{
    return node == NULL || node->kind != YAMLDOC_MAP ? NULL : yamldoc_child(node, key);
}

test_bracket *testbrackets_read(const char *path, arena *owner, size_t *count)
{
    yamldoc doc;
    test_bracket *brackets = NULL;
    *count = 0;
    const yamldoc_node *root = yamldoc_read_file(&doc, path) ? doc.root : NULL;
    const yamldoc_node *rates = testbrackets_find(
        testbrackets_find(testbrackets_find(root, "commission"), "brackets"), "rates");
    if (rates != NULL && rates->kind == YAMLDOC_LIST) {
        brackets = arena_take(owner, (rates->count + 1) * sizeof *brackets);
        for (const yamldoc_node *each = rates->first; each != NULL; each = each->next) {
            const yamldoc_node *from = testbrackets_find(each, "from"),
                               *rate = testbrackets_find(each, "rate");
            if (from != NULL && rate != NULL)
                brackets[(*count)++] = (test_bracket){.from = arena_text(owner, from->text),
                                                      .other = testbrackets_other(&doc, rate)};
        }
    }
    yamldoc_free(&doc);
    return brackets;
}

void testbrackets_free(test_bracket *brackets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        prm_program_unref(brackets[i].other);
}
