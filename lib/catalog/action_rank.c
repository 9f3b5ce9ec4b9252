/* rank: gives a partner a rank; later reviews apply. */
#include "catalog/catalog_rows.h"

static const char *const rank_options[] = {NULL};

const prm__action_def prm__action_rank = {
    .key = "rank",
    .options = rank_options,
    .doc = "rank: gold gives the partner that rank; later reviews apply.",
};
