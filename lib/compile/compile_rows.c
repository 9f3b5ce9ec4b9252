/* compile rows: appending to the program's sections, and finding equal rows again by
 * their bytes. */
#include "compile/compiler.h"

uint32_t prm__compile_text(prm__compiler *c, const char *text, size_t size)
{
    uint32_t index = prm__builder_text(&c->builder, text, size);
    if (index == PRM_NO_INDEX)
        prm__lang_exhausted(&c->lang);
    return index;
}

void *prm__compile_push(prm__compiler *c, prm__vec *rows)
{
    void *row = prm__vec_push(rows);
    if (row == NULL)
        prm__lang_exhausted(&c->lang);
    return row;
}

uint32_t prm__compile_row(prm__compiler *c, prm__intern *keys, const void *key, size_t key_size,
                          prm__vec *rows, const void *row, bool *fresh)
{
    if (c->lang.diag->exhausted)
        return PRM_NO_INDEX; /* keys may be ahead of their rows */
    uint32_t index = prm__intern_key(keys, key, key_size) - 1;
    bool is_new = index == rows->count;
    if (fresh != NULL)
        *fresh = is_new;
    if (index == PRM_NO_INDEX || (is_new && prm__vec_append(rows, row, 1) != PRM_OK)) {
        prm__lang_exhausted(&c->lang);
        return PRM_NO_INDEX;
    }
    return index;
}

bool prm__compile_pairs(prm__compiler *c, prm__vec *pairs, prm__type_set set, uint32_t row)
{
    for (uint32_t i = 0; i < set.count; i++) {
        prm__compile_pair *pair = prm__compile_push(c, pairs);
        if (pair == NULL)
            return false;
        *pair = (prm__compile_pair){set.types[i], row};
    }
    return true;
}
