/* size(x): the code points of a text. */
#include "catalog/catalog_rows.h"
#include "base/utf8.h"

static prm__value size_call(const prm__value *arguments)
{
    prm__value result = {.type = PRM_TYPE_NUMBER};
    result.number = (prm__decimal)prm__utf8_length(arguments[0].text.data, arguments[0].text.size) *
                    PRM_DECIMAL_ONE;
    return result;
}

const prm__function_def prm__function_size = {
    .name = "size",
    .method = false,
    .argument_count = 1,
    .arguments = {PRM_TYPE_TEXT},
    .result = PRM_TYPE_NUMBER,
    .call = size_call,
    .doc = "size(x): how many characters (Unicode code points) the text x has.",
};
