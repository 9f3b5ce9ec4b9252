#include "testprogram.h"

/* The kinds of rewards are read from the program's own text: the library does
 * not tell them, and a test that names another kind should hear so. */

#include <stdlib.h>
#include <string.h>

#include "suggest.h"
#include "yamldoc.h"

static const char *const testprogram_kinds[] = {"cash", "gift_card", "points"};

enum { TESTPROGRAM_KINDS = sizeof testprogram_kinds / sizeof testprogram_kinds[0] };

static void testprogram_read_kinds(test_program *program)
{
    yamldoc doc;
    const yamldoc_node *rewards = NULL;
    if (yamldoc_read_file(&doc, program->path))
        rewards = yamldoc_child(doc.root, "rewards");
    if (rewards != NULL && rewards->kind != YAMLDOC_MAP)
        rewards = NULL;
    size_t count = TESTPROGRAM_KINDS + (rewards == NULL ? 0 : rewards->count);
    program->kinds = arena_take(&program->texts, count * sizeof *program->kinds);
    for (size_t i = 0; i < TESTPROGRAM_KINDS; i++)
        program->kinds[program->kind_count++] = text_of(testprogram_kinds[i]);
    for (const yamldoc_node *kind = rewards == NULL ? NULL : rewards->first; kind != NULL; kind = kind->next)
        program->kinds[program->kind_count++] = arena_text(&program->texts, kind->key);
    yamldoc_free(&doc);
}

static int testprogram_rule_order(const void *a, const void *b)
{
    return text_compare(((const test_rule *)a)->name, ((const test_rule *)b)->name);
}

static void testprogram_read_rules(test_program *program)
{
    uint32_t count = prm_program_rule_count(program->program);
    program->rules = arena_take(&program->texts, ((size_t)count + 1) * sizeof *program->rules);
    for (uint32_t i = 0; i < count; i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(program->program, i, &rule) == PRM_OK)
            program->rules[program->rule_count++] = (test_rule){rule.name, i, 0};
    }
    if (program->rule_count > 0)
        qsort(program->rules, program->rule_count, sizeof *program->rules, testprogram_rule_order);
}

static test_program *testprogram_load(const char *path)
{
    test_program *program = memory_take(sizeof *program);
    program->path = memory_string(path, strlen(path));
    if (prm_program_load(path, NULL, &program->program, &program->diagnostics, &program->error) == PRM_OK) {
        testprogram_read_kinds(program);
        testprogram_read_rules(program);
    }
    return program;
}

test_program *testprogram_get(test_programs *all, const char *path)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i]->path, path) == 0)
            return all->items[i];
    all->items = memory_grow(all->items, &all->capacity, all->count + 1, sizeof *all->items);
    all->items[all->count] = testprogram_load(path);
    return all->items[all->count++];
}

static test_rule *testprogram_find_rule(const test_program *program, prm_text name)
{
    test_rule wanted = {.name = name};
    if (program->rule_count == 0)
        return NULL;
    return bsearch(&wanted, program->rules, program->rule_count, sizeof wanted, testprogram_rule_order);
}

void testprogram_note_fired(test_program *program, prm_text rule)
{
    test_rule *found = testprogram_find_rule(program, rule);
    if (found != NULL)
        found->fired = 1;
}

int testprogram_has_rule(const test_program *program, prm_text rule)
{
    return testprogram_find_rule(program, rule) != NULL;
}

int testprogram_has_kind(const test_program *program, prm_text kind)
{
    for (size_t i = 0; i < program->kind_count; i++)
        if (text_same(program->kinds[i], kind))
            return 1;
    return 0;
}

void testprogram_suggest_kind(const test_program *program, prm_text kind, const prm_text *others,
                              size_t count, buffer *problems)
{
    size_t all = program->kind_count + count;
    prm_text *names = memory_take((all + 1) * sizeof *names);
    for (size_t i = 0; i < all; i++)
        names[i] = i < count ? others[i] : program->kinds[i - count];
    size_t near = suggest_nearest(kind, names, all);
    if (near < all)
        buffer_format(problems, "; did you mean '%.*s'?", (int)names[near].size, names[near].data);
    free(names);
}

void testprogram_free_all(test_programs *all)
{
    for (size_t i = 0; i < all->count; i++) {
        test_program *program = all->items[i];
        prm_diagnostics_free(program->diagnostics);
        prm_program_unref(program->program);
        arena_free(&program->texts);
        free(program->path);
        free(program);
    }
    free(all->items);
    *all = (test_programs){0};
}
