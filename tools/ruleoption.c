#include "ruleoption.h"

#include <stdlib.h>

#include "suggest.h"

int ruleoption_find(const session *work, uint32_t *out)
{
    const char *wanted = cli_value(work->args, "rule");
    uint32_t count = prm_program_rule_count(work->program);
    *out = PRM_NONE;
    if (wanted == NULL)
        return CLI_DONE;
    prm_text *names = memory_take((count + 1) * sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->program, i, &rule) == PRM_OK)
            names[i] = rule.name;
        if (text_is(names[i], wanted))
            *out = i;
    }
    int status = CLI_DONE;
    if (*out == PRM_NONE) {
        size_t near = suggest_nearest(text_of(wanted), names, count);
        prm_text name = near < count ? names[near] : (prm_text){"", 0};
        status = cli_misuse(work->args->verb, "the program has no rule '%s'%s%.*s%s", wanted,
                            near < count ? "; did you mean '" : "", (int)name.size, name.data,
                            near < count ? "'?" : "");
    }
    free(names);
    return status;
}
