/* x.endsWith(y), bytewise, as in CEL. */
#include "catalog/catalog_rows.h"

#include <string.h>

static prm__value ends_with_call(const prm__value *arguments)
{
    prm_text text = arguments[0].text, part = arguments[1].text;
    bool ends = part.size == 0 || (part.size <= text.size &&
                                   memcmp(text.data + (text.size - part.size), part.data, part.size) == 0);
    prm__value result = {.type = PRM_TYPE_BOOLEAN, .number = ends};
    return result;
}

const prm__function_def prm__function_ends_with = {
    .name = "endsWith",
    .method = true,
    .argument_count = 2,
    .arguments = {PRM_TYPE_TEXT, PRM_TYPE_TEXT},
    .result = PRM_TYPE_BOOLEAN,
    .call = ends_with_call,
    .doc = "x.endsWith(y): whether the text x ends with y; every text ends with \"\".",
};
