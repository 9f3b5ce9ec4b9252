/* x.startsWith(y), bytewise, as in CEL. */
#include "catalog/catalog_rows.h"

#include <string.h>

static prm__value starts_with_call(const prm__value *arguments)
{
    prm_text text = arguments[0].text, part = arguments[1].text;
    bool starts = part.size == 0 || (part.size <= text.size && memcmp(text.data, part.data, part.size) == 0);
    prm__value result = {.type = PRM_TYPE_BOOLEAN, .number = starts};
    return result;
}

const prm__function_def prm__function_starts_with = {
    .name = "startsWith",
    .method = true,
    .argument_count = 2,
    .arguments = {PRM_TYPE_TEXT, PRM_TYPE_TEXT},
    .result = PRM_TYPE_BOOLEAN,
    .call = starts_with_call,
    .doc = "x.startsWith(y): whether the text x begins with y; every text begins with \"\".",
};
