/* x.contains(y), bytewise, as in CEL. */
#include "catalog/catalog_rows.h"

#include <string.h>

/* Texts are short (PRM_LIMIT_TEXT_BYTES): trying each place of the first byte will do. */
static bool contains_text(prm_text text, prm_text part)
{
    if (part.size == 0)
        return true;
    while (text.size >= part.size) {
        const char *hit = memchr(text.data, part.data[0], text.size - part.size + 1);
        if (hit == NULL)
            return false;
        if (memcmp(hit, part.data, part.size) == 0)
            return true;
        text.size -= (size_t)(hit - text.data) + 1;
        text.data = hit + 1;
    }
    return false;
}

static prm__value contains_call(const prm__value *arguments)
{
    prm__value result = {.type = PRM_TYPE_BOOLEAN,
                         .number = contains_text(arguments[0].text, arguments[1].text)};
    return result;
}

const prm__function_def prm__function_contains = {
    .name = "contains",
    .method = true,
    .argument_count = 2,
    .arguments = {PRM_TYPE_TEXT, PRM_TYPE_TEXT},
    .result = PRM_TYPE_BOOLEAN,
    .call = contains_call,
    .doc = "x.contains(y): whether the text y occurs in x; \"\" occurs in every text.",
};
