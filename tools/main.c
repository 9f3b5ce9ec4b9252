/* prm, the command line of the library: one verb per call. It uses nothing but
 * prm.h, as any other host does. */

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "suggest.h"
#include "verbs.h"

static void main_usage(void)
{
    printf("prm %s: incentive programs, evaluated\n\n", prm_version());
    for (size_t i = 0; i < VERBS; i++)
        printf("  prm %-9s %-17s %s\n", verbs[i]->name, verbs[i]->operands, verbs[i]->summary);
    printf("  prm %-9s %-17s %s\n", "help", "[VERB]", "This text, or what a verb takes.");
    printf("  prm --version\n");
}

static const cli_verb *main_find(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    return NULL;
}

static int main_unknown_verb(const char *word)
{
    prm_text names[VERBS + 1];
    for (size_t i = 0; i < VERBS; i++)
        names[i] = text_of(verbs[i]->name);
    names[VERBS] = text_of("help");
    size_t near = suggest_nearest(text_of(word), names, VERBS + 1);
    if (near <= VERBS)
        return cli_misuse(NULL, "unknown verb '%s'; did you mean '%s'?", word, names[near].data);
    return cli_misuse(NULL, "unknown verb '%s'", word);
}

static int main_help(int count, char *const *words)
{
    if (count == 0) {
        main_usage();
        return cli_finish_output(CLI_DONE);
    }
    const cli_verb *verb = main_find(words[0]);
    if (verb == NULL && strcmp(words[0], "help") != 0)
        return main_unknown_verb(words[0]);
    if (verb == NULL)
        main_usage();
    else
        cli_help(verb);
    return cli_finish_output(CLI_DONE);
}

static int main_run(const cli_verb *verb, int count, char *const *words)
{
    cli args;
    int status = cli_read(&args, verb, count, words);
    if (status == CLI_DONE && cli_has(&args, "help")) {
        cli_help(verb);
        status = cli_finish_output(CLI_DONE);
    } else if (status == CLI_DONE) {
        status = verb->run(&args);
    }
    cli_free(&args);
    return status;
}

int main(int count, char **words)
{
    cli_catch_pipe();
    if (count < 2)
        return cli_misuse(NULL, "a verb is missing");
    const char *word = words[1];
    if (strcmp(word, "--version") == 0 || strcmp(word, "version") == 0) {
        printf("prm %s\n", prm_version());
        return cli_finish_output(CLI_DONE);
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return main_help(count - 2, words + 2);
    const cli_verb *verb = main_find(word);
    return verb == NULL ? main_unknown_verb(word) : main_run(verb, count - 2, words + 2);
}
