#include "verbs.h"

/* prm schema: the JSON Schemas by which editors complete and explain what is typed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "testschema.h"

static const cli_option schema_options[] = {
    {"help", NULL, 0, "this text"},
};

static void schema_write_program(void)
{
    size_t size = prm_schema(PRM_SCHEMA_PROGRAM, NULL, 0);
    char *text = memory_take(size + 1);
    prm_schema(PRM_SCHEMA_PROGRAM, text, size + 1);
    fwrite(text, 1, size, stdout);
    free(text);
}

static void schema_write_test(void)
{
    buffer text = {0};
    testschema_write(&text);
    fwrite(text.data, 1, text.size, stdout);
    buffer_free(&text);
}

static int schema_main(const cli *args)
{
    const char *what = args->operands[0];
    if (strcmp(what, "program") == 0)
        schema_write_program();
    else if (strcmp(what, "test") == 0)
        schema_write_test();
    else
        return cli_misuse(args->verb, "there is no schema of '%s'; write program or test", what);
    return cli_finish_output(CLI_DONE);
}

const cli_verb verb_schema = {
    .name = "schema",
    .operands = "KIND",
    .least = 1,
    .most = 1,
    .summary = "Prints the JSON Schema for editors: of a program, or of a test.",
    .details = "KIND is program or test. Both schemas are installed with the library, as\n"
               "share/prm/program.schema.json and share/prm/test.schema.json.\n",
    .options = schema_options,
    .option_count = sizeof schema_options / sizeof schema_options[0],
    .run = schema_main,
};
