/* rate: changes the commission rate of the rule's subject. */
#include "catalog/catalog_rows.h"

static const char *const rate_options[] = {"product", "from", "lasts", "until", "group", NULL};

const prm__action_def prm__action_rate = {
    .key = "rate",
    .options = rate_options,
    .doc = "rate: +5% adds to the commission rate of the rule's subject, rate: 20% sets it.",
};
