/* min(a, b): the smaller of two numbers. */
#include "catalog/catalog_rows.h"

static prm__value min_call(const prm__value *arguments)
{
    return arguments[1].number < arguments[0].number ? arguments[1] : arguments[0];
}

const prm__function_def prm__function_min = {
    .name = "min",
    .method = false,
    .argument_count = 2,
    .arguments = {PRM_TYPE_NUMBER, PRM_TYPE_NUMBER},
    .result = PRM_TYPE_NUMBER,
    .call = min_call,
    .doc = "min(a, b): the smaller of two numbers.",
};
