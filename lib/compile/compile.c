/* compile: the order of things. The head comes first, whatever the order of the
 * file, since dates need the zone; attributes, events, measures, commission and ranks
 * before the rules, which name them. */
#include "compile/compile.h"

#include "compile/compiler.h"
#include "compile/lint.h"

#include <string.h>

static void compile_init(prm__compiler *c, prm_diagnostics *diag, prm__alloc *alloc)
{
    memset(c, 0, sizeof *c);
    prm__arena_init(&c->arena, alloc);
    c->lang = (prm__lang){diag, alloc, &c->arena};
    prm__builder_init(&c->builder, alloc);
    prm__intern *const keys[] = {&c->const_keys,  &c->expr_keys,    &c->kind_keys,  &c->anchor_keys,
                                 &c->window_keys, &c->measure_keys, &c->active_keys};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        prm__intern_init(keys[i], alloc, 0);
    prm__vec_init(&c->looked, alloc, sizeof(uint32_t));
    prm__vec_init(&c->routes, alloc, sizeof(prm__compile_pair));
    prm__vec_init(&c->asks, alloc, sizeof(prm__compile_pair));
    prm__vec_init(&c->words, alloc, sizeof(uint32_t));
    prm__vec_init(&c->type_marks, alloc, sizeof(bool));
    prm__vec_init(&c->named, alloc, sizeof(prm__named_measure));
    prm__vec_init(&c->named_names, alloc, sizeof(const char *));
    prm__vec_init(&c->examples, alloc, sizeof(prm__compile_example_row));
}

static void compile_free(prm__compiler *c)
{
    prm__vec_free(&c->examples);
    prm__vec_free(&c->named_names);
    prm__vec_free(&c->named);
    prm__vec_free(&c->type_marks);
    prm__vec_free(&c->words);
    prm__vec_free(&c->asks);
    prm__vec_free(&c->routes);
    prm__vec_free(&c->looked);
    prm__intern *const keys[] = {&c->const_keys,  &c->expr_keys,    &c->kind_keys,  &c->anchor_keys,
                                 &c->window_keys, &c->measure_keys, &c->active_keys};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        prm__intern_free(keys[i]);
    prm__vocab_free(&c->vocabulary);
    prm__builder_free(&c->builder);
    prm__arena_free(&c->arena);
}

/* Everything that can be found wrong, is: sections go on where earlier ones failed. */
static void compile_sections(prm__compiler *c, const prm__yaml_node *root, const char *zoneinfo)
{
    const prm__yaml_node *values[PRM_HEAD_KEYS];
    memset(values, 0, sizeof values);
    prm__compile_head(c, root, zoneinfo, values);
    c->has_commission = root->kind == PRM_YAML_MAPPING && prm__yaml_find(root, "commission") != NULL;
    c->vocabulary.has_ranks = root->kind == PRM_YAML_MAPPING && prm__yaml_find(root, "ranks") != NULL;
    prm__compile_attributes(c, values[PRM_HEAD_ATTRIBUTES]);
    prm__compile_events(c, values[PRM_HEAD_EVENTS]);
    prm__compile_rewards(c, values[PRM_HEAD_REWARDS]);
    if (c->lang.diag->exhausted || !prm__compile_vocabulary(c) || !prm__compile_kinds(c))
        return;
    prm__compile_measures(c, values[PRM_HEAD_MEASURES]);
    prm__compile_commission(c, values[PRM_HEAD_COMMISSION]);
    prm__compile_ranks(c, values[PRM_HEAD_RANKS]);
    if (!c->lang.diag->exhausted)
        prm__compile_rules(c, values[PRM_HEAD_RULES]);
    if (!c->lang.diag->exhausted)
        prm__compile_journey(c, values[PRM_HEAD_JOURNEY]);
    if (c->lang.diag->exhausted)
        return;
    prm__compile_unused_measures(c);
    if (!c->lang.diag->exhausted)
        prm__compile_warn_unused(c);
}

static prm_status compile_run(prm__compiler *c, const char *zoneinfo, const prm_allocator *host,
                              prm_program **out)
{
    prm_diagnostics *diag = c->lang.diag;
    c->empty_text = prm__compile_text(c, "", 0);
    const prm__yaml_node *root = prm__yaml_read(&c->lang, diag->text, (uint32_t)diag->size);
    if (root != NULL && !diag->exhausted && prm__vocab_init(&c->vocabulary, &c->lang))
        compile_sections(c, root, zoneinfo);
    if (diag->exhausted)
        return PRM_E_MEMORY;
    if (diag->errors > 0 || root == NULL)
        return PRM_E_PROGRAM;
    prm__lint(c, root);
    if (diag->exhausted)
        return PRM_E_MEMORY;
    if (!prm__compile_layout(c))
        return diag->exhausted ? PRM_E_MEMORY : PRM_E_LIMIT;
    prm__compile_show_examples(c);
    if (diag->exhausted)
        return PRM_E_MEMORY;
    return prm__builder_finish(&c->builder, host, out);
}

prm_status prm__compile(prm_diagnostics *diag, const char *zoneinfo, const prm_allocator *host,
                        prm_program **out)
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, host);
    prm__compiler c;
    compile_init(&c, diag, &alloc);
    prm_status status = compile_run(&c, zoneinfo, host, out);
    compile_free(&c);
    return status;
}
