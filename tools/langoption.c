#include "langoption.h"

#include <stdlib.h>

int langoption_read(const cli *args, explain_language *out)
{
    static const char *const places[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *given = cli_value(args, "lang");
    *out = EXPLAIN_ENGLISH;
    if (given != NULL)
        return explainwords_language(given, out)
                   ? CLI_DONE
                   : cli_misuse(args->verb, "--lang is en or ja, not '%s'", given);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *locale = getenv(places[i]);
        if (locale != NULL && locale[0] != '\0') {
            explainwords_language(locale, out); /* of other languages English */
            break;
        }
    }
    return CLI_DONE;
}
