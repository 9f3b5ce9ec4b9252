/* notice: tells the host something. */
#include "catalog/catalog_rows.h"

static const char *const notice_options[] = {NULL};

const prm__action_def prm__action_notice = {
    .key = "notice",
    .options = notice_options,
    .doc = "notice: TEXT tells the host something, for example whom to follow up.",
};
