#include "testprogram.h"

/* The kinds of rewards are read from the program's own text: the library does
 * not tell them, and a test that names another kind should hear so. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
            program->rules[program->rule_count++] = (test_rule){
                .name = rule.name, .place = i, .tiers = rule.tiers, .outcomes = rule.outcomes};
    }
    if (program->rule_count > 0)
        qsort(program->rules, program->rule_count, sizeof *program->rules, testprogram_rule_order);
}

static void testprogram_read_ranks(test_program *program)
{
    prm_text name;
    size_t count = 0;
    while (prm_program_rank_name(program->program, (uint32_t)count).size > 0)
        count++;
    program->ranks = arena_take(&program->texts, (count + 1) * sizeof *program->ranks);
    for (uint32_t i = 1; (name = prm_program_rank_name(program->program, i)).size > 0; i++)
        program->ranks[program->rank_count++] = (test_rank){.name = name};
}

static test_program *testprogram_load(const char *path)
{
    test_program *program = memory_take(sizeof *program);
    program->path = memory_string(path, strlen(path));
    if (prm_program_load(path, NULL, &program->program, &program->diagnostics, &program->error) == PRM_OK) {
        testprogram_read_kinds(program);
        testprogram_read_rules(program);
        testprogram_read_ranks(program);
        program->brackets = testbrackets_read(path, &program->texts, &program->bracket_count);
    }
    return program;
}

/* Whether two paths lead to one file: tests in several folders name a program in ways of their own. */
static int testprogram_same_file(const char *a, const char *b)
{
    struct stat first;
    struct stat second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

test_program *testprogram_get(test_programs *all, const char *path)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i]->path, path) == 0)
            return all->items[i];
    for (size_t i = 0; i < all->count; i++)
        if (testprogram_same_file(all->items[i]->path, path))
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

/* The number behind the last `mark` of an identity, in which names never have marks; 0
 * without one. */
static uint32_t testprogram_number(prm_text id, char mark)
{
    uint32_t number = 0;
    size_t at = id.size;
    while (at > 0 && id.data[at - 1] != mark)
        at--;
    for (size_t i = at; at > 0 && i < id.size && id.data[i] >= '0' && id.data[i] <= '9'; i++)
        number = number * 10 + (uint32_t)(id.data[i] - '0');
    return number;
}

static int testprogram_has_part(prm_text id, const char *part)
{
    size_t size = strlen(part);
    for (size_t at = 0; at + size <= id.size; at++)
        if (memcmp(id.data + at, part, size) == 0)
            return 1;
    return 0;
}

void testprogram_note_fired(test_program *program, prm_text rule, prm_text id)
{
    test_rule *found = testprogram_find_rule(program, rule);
    if (found == NULL)
        return;
    uint32_t place = testprogram_number(id, '^');
    uint32_t tier = place > 0 ? place : testprogram_number(id, '~');
    found->contest |= place > 0;
    if (tier >= 1 && tier <= found->tiers)
        found->tiers_fired |= UINT64_C(1) << (tier - 1);
    else if (testprogram_has_part(id, "+else"))
        found->fired |= PRM_OUTCOME_OF_ELSE;
    else if (testprogram_has_part(id, "+remind"))
        found->fired |= PRM_OUTCOME_OF_REMIND;
    else
        found->fired |= PRM_OUTCOME_OF_THEN;
}

void testprogram_note_rank(test_program *program, prm_text rank)
{
    for (size_t i = 0; i < program->rank_count; i++)
        program->ranks[i].reached |= text_same(program->ranks[i].name, rank);
}

static void testprogram_write_part(buffer *out, const test_rule *rule, const char *separator, size_t part,
                                   const char *what)
{
    buffer_format(out, "%s%.*s%s", part > 0 ? separator : "", (int)rule->name.size, rule->name.data, what);
}

size_t testprogram_write_unfired(buffer *out, const test_rule *rule, const char *separator)
{
    uint32_t missing = rule->outcomes & ~rule->fired;
    size_t parts = 0;
    if (rule->fired == 0 && rule->tiers_fired == 0) {
        testprogram_write_part(out, rule, separator, parts, "");
        return 1;
    }
    if (missing & PRM_OUTCOME_OF_THEN)
        testprogram_write_part(out, rule, separator, parts++, "");
    for (uint32_t i = 0; i < rule->tiers; i++)
        if ((rule->tiers_fired >> i & 1) == 0) {
            testprogram_write_part(out, rule, separator, parts++, "");
            buffer_format(out, " %s %u", rule->contest ? "place" : "tier", (unsigned)i + 1);
        }
    if (missing & PRM_OUTCOME_OF_ELSE)
        testprogram_write_part(out, rule, separator, parts++, " else");
    if (missing & PRM_OUTCOME_OF_REMIND)
        testprogram_write_part(out, rule, separator, parts++, " remind");
    return parts;
}

size_t testprogram_write_unreached(buffer *out, const test_program *program, const char *separator,
                                   size_t parts)
{
    for (size_t i = 0; i < program->rank_count; i++)
        if (!program->ranks[i].reached)
            buffer_format(out, "%srank %.*s", parts++ > 0 ? separator : "", (int)program->ranks[i].name.size,
                          program->ranks[i].name.data);
    for (size_t i = 0; i < program->bracket_count; i++)
        if (program->brackets[i].other != NULL && !program->brackets[i].fired)
            buffer_format(out, "%sbracket from %.*s", parts++ > 0 ? separator : "",
                          (int)program->brackets[i].from.size, program->brackets[i].from.data);
    return parts;
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

int testprogram_has_rank(const test_program *program, prm_text rank)
{
    prm_text name;
    for (uint32_t i = 0; (name = prm_program_rank_name(program->program, i)).size > 0; i++)
        if (text_same(name, rank))
            return 1;
    return 0;
}

void testprogram_suggest(prm_text word, const prm_text *names, size_t count, buffer *problems)
{
    size_t near = suggest_nearest(word, names, count);
    if (near < count)
        buffer_format(problems, "; did you mean '%.*s'?", (int)names[near].size, names[near].data);
}

void testprogram_suggest_rule(const test_program *program, prm_text rule, const char *const *others,
                              size_t count, buffer *problems)
{
    size_t all = program->rule_count + count;
    prm_text *names = memory_take((all + 1) * sizeof *names);
    for (size_t i = 0; i < all; i++)
        names[i] = i < count ? text_of(others[i]) : program->rules[i - count].name;
    testprogram_suggest(rule, names, all, problems);
    free(names);
}

void testprogram_suggest_rank(const test_program *program, prm_text rank, buffer *problems)
{
    size_t count = 0;
    while (prm_program_rank_name(program->program, (uint32_t)count).size > 0)
        count++;
    prm_text *names = memory_take((count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = prm_program_rank_name(program->program, (uint32_t)i);
    testprogram_suggest(rank, names, count, problems);
    free(names);
}

void testprogram_suggest_kind(const test_program *program, prm_text kind, const prm_text *others,
                              size_t count, buffer *problems)
{
    size_t all = program->kind_count + count;
    prm_text *names = memory_take((all + 1) * sizeof *names);
    for (size_t i = 0; i < all; i++)
        names[i] = i < count ? others[i] : program->kinds[i - count];
    testprogram_suggest(kind, names, all, problems);
    free(names);
}

void testprogram_free_all(test_programs *all)
{
    for (size_t i = 0; i < all->count; i++) {
        test_program *program = all->items[i];
        prm_diagnostics_free(program->diagnostics);
        testbrackets_free(program->brackets, program->bracket_count);
        prm_program_unref(program->program);
        arena_free(&program->texts);
        free(program->path);
        free(program);
    }
    free(all->items);
    *all = (test_programs){0};
}
