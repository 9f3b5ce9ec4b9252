#include "verbs.h"

/* prm manual: the man page, and what shells complete by, made of the tables that the command line is read
 * by, so that they know no other verbs and options. */

#include <stdio.h>
#include <string.h>

const cli_verb *const verbs[VERBS] = {
    &verb_run,  &verb_check,     &verb_test,   &verb_progress, &verb_journey, &verb_explain,
    &verb_diff, &verb_statement, &verb_report, &verb_effect,   &verb_schema,  &verb_manual,
};

/* ---- The man page ------------------------------------------------------------------ */

/* A text as roff: hyphens that are typed, and no command at the start of a line. */
static void manual_roff(const char *text)
{
    int fresh = 1;
    for (; *text != '\0'; text++) {
        if (fresh && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
        fresh = *text == '\n';
    }
}

static void manual_roff_verb(const cli_verb *verb)
{
    printf(".SS prm %s ", verb->name);
    manual_roff(verb->operands);
    putchar('\n');
    manual_roff(verb->summary);
    putchar('\n');
    if (verb->details != NULL)
        manual_roff(verb->details);
    for (size_t i = 0; i < verb->option_count; i++) {
        const cli_option *option = &verb->options[i];
        fputs(".TP\n\\fB", stdout);
        manual_roff("--");
        manual_roff(option->name);
        fputs("\\fR", stdout);
        if (option->argument != NULL) {
            fputs(" \\fI", stdout);
            manual_roff(option->argument);
            fputs("\\fR", stdout);
        }
        putchar('\n');
        manual_roff(option->help);
        putchar('\n');
    }
}

static void manual_man(void)
{
    printf(".TH PRM 1 \"\" \"prm %s\"\n.SH NAME\nprm \\- evaluate incentive programs\n", prm_version());
    fputs(".SH SYNOPSIS\n.B prm\n.I VERB\n[\\fIOPERAND\\fR]... [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n"
          "prm compiles incentive programs, tests them, and evaluates events under them: commissions, "
          "rewards, ranks,\n"
          "and who is how far. Data goes to standard output, messages to standard error.\n.SH VERBS\n",
          stdout);
    for (size_t i = 0; i < VERBS; i++)
        manual_roff_verb(verbs[i]);
    fputs(
        ".SH EXIT STATUS\n0: done. 1: findings, such as errors in a program or rejected events. 2: misuse.\n"
        ".SH ENVIRONMENT\n.TP\nNO_COLOR\nWhen set and not empty, nothing is coloured.\n",
        stdout);
}

/* ---- Completion --------------------------------------------------------------------- */

/* What the argument of an option may be, for a shell: a list of words, or a file. */
static int manual_is_choice(const cli_option *option)
{
    return option->argument != NULL && strchr(option->argument, '|') != NULL;
}

static void manual_choices(const char *argument)
{
    for (; *argument != '\0'; argument++)
        putchar(*argument == '|' ? ' ' : *argument);
}

static void manual_bash(void)
{
    fputs("# bash completion for prm\n_prm()\n{\n    local verbs=\"", stdout);
    for (size_t i = 0; i < VERBS; i++)
        printf("%s ", verbs[i]->name);
    fputs("help\" current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options=\n"
          "    if [ \"$COMP_CWORD\" = 1 ] || { [ \"$COMP_CWORD\" = 2 ] && [ \"$before\" = help ]; }; then\n"
          "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$current\"))\n        return\n    fi\n"
          "    case ${COMP_WORDS[1]}:$before in\n",
          stdout);
    for (size_t i = 0; i < VERBS; i++)
        for (size_t k = 0; k < verbs[i]->option_count; k++) {
            if (!manual_is_choice(&verbs[i]->options[k]))
                continue;
            printf("    %s:--%s) COMPREPLY=($(compgen -W \"", verbs[i]->name, verbs[i]->options[k].name);
            manual_choices(verbs[i]->options[k].argument);
            fputs("\" -- \"$current\")); return ;;\n", stdout);
        }
    fputs("    esac\n    case ${COMP_WORDS[1]} in\n", stdout);
    for (size_t i = 0; i < VERBS; i++) {
        printf("    %s) options=\"", verbs[i]->name);
        for (size_t k = 0; k < verbs[i]->option_count; k++)
            printf("%s--%s", k > 0 ? " " : "", verbs[i]->options[k].name);
        fputs("\" ;;\n", stdout);
    }
    fputs(
        "    esac\n    case $current in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
        "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n    esac\n}\ncomplete -o filenames -F _prm "
        "prm\n",
        stdout);
}

/* In single quotes, as fish and zsh read them. */
static void manual_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

static void manual_fish(void)
{
    puts("# fish completion for prm");
    for (size_t i = 0; i < VERBS; i++) {
        printf("complete -c prm -n __fish_use_subcommand -f -a %s -d ", verbs[i]->name);
        manual_quoted(verbs[i]->summary);
        putchar('\n');
        for (size_t k = 0; k < verbs[i]->option_count; k++) {
            const cli_option *option = &verbs[i]->options[k];
            printf("complete -c prm -n '__fish_seen_subcommand_from %s' -l %s%s", verbs[i]->name,
                   option->name, option->argument == NULL ? "" : " -r");
            if (manual_is_choice(option)) {
                fputs(" -f -a '", stdout);
                manual_choices(option->argument);
                putchar('\'');
            }
            fputs(" -d ", stdout);
            manual_quoted(option->help);
            putchar('\n');
        }
    }
}

/* zsh reads what bash completes by. */
static void manual_zsh(void)
{
    puts("#compdef prm\nautoload -U +X bashcompinit && bashcompinit");
    manual_bash();
}

/* ---- The verb ------------------------------------------------------------------------- */

static const cli_option manual_options[] = {{"help", NULL, 0, "this text"}};

static int manual_main(const cli *args)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } kinds[] = {{"man", manual_man}, {"bash", manual_bash}, {"zsh", manual_zsh}, {"fish", manual_fish}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(args->operands[0], kinds[i].name) != 0)
            continue;
        kinds[i].write();
        return cli_finish_output(CLI_DONE);
    }
    return cli_misuse(args->verb, "there is man, bash, zsh and fish, not '%s'", args->operands[0]);
}

const cli_verb verb_manual = {
    .name = "manual",
    .operands = "man|bash|zsh|fish",
    .least = 1,
    .most = 1,
    .summary = "Prints the man page, or what a shell completes by.",
    .options = manual_options,
    .option_count = sizeof manual_options / sizeof manual_options[0],
    .run = manual_main,
};
