#include "cli.h"

/* Options may stand anywhere among the operands, as `--name value` or
 * `--name=value`; `--` ends them, and `-` alone is an operand. */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "suggest.h"

int cli_misuse(const cli_verb *verb, const char *format, ...)
{
    va_list list;
    fprintf(stderr, "prm%s%s: ", verb == NULL ? "" : " ", verb == NULL ? "" : verb->name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fprintf(stderr, "\nTry 'prm help%s%s'.\n", verb == NULL ? "" : " ", verb == NULL ? "" : verb->name);
    return CLI_MISUSE;
}

static int cli_unknown_option(const cli_verb *verb, prm_text name)
{
    prm_text *names = memory_take((verb->option_count + 1) * sizeof *names);
    for (size_t i = 0; i < verb->option_count; i++)
        names[i] = text_of(verb->options[i].name);
    size_t near = suggest_nearest(name, names, verb->option_count);
    free(names);
    if (near < verb->option_count)
        return cli_misuse(verb, "unknown option '--%.*s'; did you mean '--%s'?", (int)name.size, name.data,
                          verb->options[near].name);
    return cli_misuse(verb, "unknown option '--%.*s'", (int)name.size, name.data);
}

static const cli_option *cli_find_option(const cli_verb *verb, prm_text name)
{
    for (size_t i = 0; i < verb->option_count; i++)
        if (text_is(name, verb->options[i].name))
            return &verb->options[i];
    return NULL;
}

/* Takes the option `word` of words[*at], and its value from the next word if
 * need be. */
static int cli_take_option(cli *out, const char *word, int count, char *const *words, int *at)
{
    const char *equals = strchr(word, '=');
    prm_text name = {word, equals == NULL ? strlen(word) : (size_t)(equals - word)};
    const cli_option *option = cli_find_option(out->verb, name);
    if (option == NULL)
        return cli_unknown_option(out->verb, name);
    if (!option->many && cli_has(out, option->name))
        return cli_misuse(out->verb, "--%s is given twice", option->name);
    cli_given given = {option, equals == NULL ? NULL : equals + 1};
    if (option->argument == NULL && given.value != NULL)
        return cli_misuse(out->verb, "--%s takes no value", option->name);
    if (option->argument != NULL && given.value == NULL) {
        if (*at + 1 >= count)
            return cli_misuse(out->verb, "--%s needs a value: %s", option->name, option->argument);
        given.value = words[++*at];
    }
    out->given[out->given_count++] = given;
    return CLI_DONE;
}

/* The two options that have a short form everywhere have one here. */
static const char *cli_long(const char *word)
{
    if (strcmp(word, "-h") == 0)
        return "--help";
    return strcmp(word, "-o") == 0 ? "--output" : word;
}

int cli_read(cli *out, const cli_verb *verb, int count, char *const *words)
{
    int ended = 0;
    *out = (cli){.verb = verb};
    out->operands = memory_take((size_t)(count + 1) * sizeof *out->operands);
    out->given = memory_take((size_t)(count + 1) * sizeof *out->given);
    for (int i = 0; i < count; i++) {
        const char *word = ended ? words[i] : cli_long(words[i]);
        if (ended || word[0] != '-' || word[1] == '\0') {
            out->operands[out->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            ended = 1;
        } else if (word[1] != '-') {
            return cli_misuse(verb, "unknown option '%s': options begin with two hyphens", word);
        } else if (cli_take_option(out, word + 2, count, words, &i) != CLI_DONE) {
            return CLI_MISUSE;
        }
    }
    if (cli_has(out, "help"))
        return CLI_DONE;
    if (out->operand_count < verb->least)
        return cli_misuse(verb, "%s is missing", verb->operands);
    if (out->operand_count > verb->most)
        return cli_misuse(verb, "'%s' is too much", out->operands[verb->most]);
    return CLI_DONE;
}

void cli_free(cli *args)
{
    free(args->operands);
    free(args->given);
    *args = (cli){0};
}

int cli_has(const cli *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++)
        if (strcmp(args->given[i].option->name, name) == 0)
            return 1;
    return 0;
}

const char *cli_nth(const cli *args, const char *name, size_t index)
{
    for (size_t i = 0; i < args->given_count; i++)
        if (strcmp(args->given[i].option->name, name) == 0 && index-- == 0)
            return args->given[i].value;
    return NULL;
}

const char *cli_value(const cli *args, const char *name)
{
    return cli_nth(args, name, 0);
}

int cli_number(const cli *args, const char *name, size_t least, size_t most, size_t otherwise, size_t *out)
{
    const char *text = cli_value(args, name);
    *out = otherwise;
    if (text == NULL)
        return 1;
    size_t value = 0;
    int digits = text[0] != '\0';
    for (const char *at = text; digits && *at != '\0'; at++) {
        digits = *at >= '0' && *at <= '9' && value <= most;
        value = value * 10 + (size_t)(*at - '0');
    }
    *out = value;
    if (digits && value >= least && value <= most)
        return 1;
    cli_misuse(args->verb, "--%s takes a number from %zu to %zu, not '%s'", name, least, most, text);
    return 0;
}

static int cli_option_width(const cli_option *option)
{
    return (int)(strlen(option->name) + (option->argument == NULL ? 0 : strlen(option->argument)));
}

void cli_help(const cli_verb *verb)
{
    printf("prm %s %s%s\n\n%s\n", verb->name, verb->operands, verb->option_count > 0 ? " [options]" : "",
           verb->summary);
    if (verb->details != NULL)
        printf("\n%s", verb->details);
    if (verb->option_count > 0)
        printf("\n");
    int widest = 0;
    for (size_t i = 0; i < verb->option_count; i++)
        widest = cli_option_width(&verb->options[i]) > widest ? cli_option_width(&verb->options[i]) : widest;
    for (size_t i = 0; i < verb->option_count; i++) {
        const cli_option *option = &verb->options[i];
        const char *argument = option->argument == NULL ? "" : option->argument;
        printf("  --%s %s%*s%s\n", option->name, argument, widest - cli_option_width(option) + 2, "",
               option->help);
    }
}

static volatile sig_atomic_t cli_reader_is_gone;

static void cli_note_pipe(int signal_number)
{
    (void)signal_number;
    cli_reader_is_gone = 1;
}

void cli_catch_pipe(void)
{
    signal(SIGPIPE, cli_note_pipe);
}

int cli_finish_output(int status)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (!cli_reader_is_gone)
        fprintf(stderr, "prm: standard output: %s\n",
                errno == 0 ? "not everything was written" : strerror(errno));
    return CLI_FINDINGS;
}
