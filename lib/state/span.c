#include "state/span.h"

/* Who stands above may have left, or have moved: that is in their own events. */
static bool span_goes_up(uint32_t to)
{
    return to == PRM_TO_REFERRER || to == PRM_TO_PARENT || to == PRM_TO_GRANDPARENT;
}

static const char *span_of_rule(const prm_program *program, const prm__p_rule *rule)
{
    if (program->kinds[rule->subject].link != PRM_LINK_NONE)
        return "it counts the events of the partners below";
    if (rule->form == PRM_FORM_CONTEST)
        return "it is a contest between partners";
    if (rule->budget != INT64_MAX)
        return "its budget is shared by all partners";
    for (uint32_t i = 0; i < rule->action_count; i++)
        if (span_goes_up(program->actions[rule->first_action + i].to))
            return "it gives to the referrer or parent";
    return NULL;
}

const char *prm__span_reason(const prm_program *program, uint32_t *rule)
{
    for (*rule = 0; *rule < program->rules_count; ++*rule) {
        const char *reason = span_of_rule(program, &program->rules[*rule]);
        if (reason)
            return reason;
    }
    *rule = PRM_NO_INDEX;
    if (program->overrides_count)
        return "overrides give to the partners above";
    for (uint32_t i = 0; i < program->kinds_count; i++)
        if (program->kinds[i].link != PRM_LINK_NONE)
            return "something is counted for the partners above"; /* LCOV_EXCL_LINE rules alone do, so far */
    return NULL;
}
