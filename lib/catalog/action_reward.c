/* A reward: money or points for a recipient. Its key is the kind of reward. */
#include "catalog/catalog_rows.h"

static const char *const reward_options[] = {"to", "hold", "rounding", NULL};

const prm__action_def prm__action_reward = {
    .key = "",
    .options = reward_options,
    .doc = "A reward (cash, gift_card, points or a declared kind) of the amount that an expression gives.",
};
