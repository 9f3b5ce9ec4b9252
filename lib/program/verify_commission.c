/* verify, commission and ranks: rates, brackets, overrides, levels. */
#include "program/program.h"
#include "program/program_rows.h"

/* ---- Commission ---- */

static const char *verify_commission(const prm_program *program)
{
    const prm__p_commission *row = &program->head->commission;
    if (row->present > 1 || row->reserved != 0)
        return "the commission is neither there nor not";
    if (row->present == 0)
        return program->brackets_count == 0 && program->overrides_count == 0
                   ? NULL
                   : "there are rates without a commission";
    if (row->of >= program->exprs_count || !prm__verify_expr(program, row->of, PRM_TYPE_NUMBER) ||
        !prm__verify_expr(program, row->filter, PRM_TYPE_BOOLEAN))
        return "the commission's expression is wrong";
    if (row->rounding > PRM_ROUND_HALF_EVEN)
        return "the commission's rounding is wrong";
    if (row->window != PRM_NO_INDEX &&
        (!prm__verify_window_of(program, row->window, row->kind) ||
         program->windows[row->window].kind != PRM_WINDOW_WITHIN ||
         program->kinds[row->kind].link != PRM_LINK_NONE || row->window_offset % 16 != 0))
        return "the commission's window is wrong";
    return NULL;
}

static const char *verify_brackets(const prm_program *program)
{
    const prm__p_commission *row = &program->head->commission;
    const prm__p_bracket *brackets = program->brackets;
    if (program->brackets_count == 0)
        return NULL;
    if (program->brackets_count > PRM_BRACKETS || row->bracket_kind >= program->kinds_count ||
        program->kinds[row->bracket_kind].link != PRM_LINK_NONE ||
        row->bracket_period > PRM_PERIOD_FISCAL_YEAR || row->bracket_offset % 16 != 0)
        return "the brackets are wrong";
    for (uint32_t i = 0; i < program->brackets_count; i++)
        if (brackets[i].reserved != 0 || brackets[i].rate == INT64_MIN || brackets[i].from < 0 ||
            brackets[i].from >= PRM_DECIMAL_LIMIT || (i > 0 && brackets[i].from <= brackets[i - 1].from))
            return "a bracket is wrong";
    return NULL;
}

static const char *verify_rates(const prm_program *program)
{
    for (uint32_t i = 0; i < program->product_rates_count; i++)
        if (program->product_rates[i].product >= program->texts_count ||
            program->product_rates[i].reserved != 0 || program->product_rates[i].rate == INT64_MIN)
            return "a product's rate is wrong";
    if (program->overrides_count > PRM_OVERRIDES)
        return "there are too many overrides";
    for (uint32_t i = 0; i < program->overrides_count; i++)
        if (program->overrides[i].rate == INT64_MIN)
            return "an override is wrong";
    return NULL;
}

/* ---- Ranks ---- */

static bool verify_ranks(const prm_program *program)
{
    const prm__p_ranks *row = &program->head->ranks;
    if (row->present > 1 || row->reserved != 0)
        return false;
    if (row->present == 0)
        return program->levels_count == 0;
    return program->levels_count > 0 && row->period != PRM_PERIOD_NONE &&
           row->period <= PRM_PERIOD_FISCAL_YEAR && row->promote_now <= 1 && row->offset % 16 == 0;
}

static bool verify_level(const prm_program *program, const prm__p_level *level, uint32_t *words)
{
    return level->text < program->texts_count && level->has_rate <= 1 && level->rate != INT64_MIN &&
           prm__verify_run(program, level->first_condition, level->condition_count, PRM_KIND_PARTNER,
                           words) &&
           prm__verify_run_is_truth(program, level->first_condition, level->condition_count);
}

/* The rates of products: the commission's, then each level's. */
static const char *verify_levels(const prm_program *program)
{
    uint64_t rates = program->head->commission.rate_count;
    uint32_t words = 0;
    for (uint32_t i = 0; i < program->levels_count; i++) {
        const prm__p_level *level = &program->levels[i];
        if (!verify_level(program, level, &words))
            return "a level is wrong";
        if (level->rate_count > 0 && level->first_rate != rates)
            return "a level's rates are wrong";
        rates += level->rate_count;
    }
    return rates == program->product_rates_count ? NULL : "a product's rate belongs to nobody";
}

const char *prm__verify_commission(const prm_program *program)
{
    const char *wrong = verify_commission(program);
    if (wrong == NULL)
        wrong = verify_brackets(program);
    if (wrong == NULL)
        wrong = verify_rates(program);
    if (wrong == NULL && !verify_ranks(program))
        wrong = "the ranks are wrong";
    return wrong == NULL ? verify_levels(program) : wrong;
}
