#include "words.h"

const char *words_pick(explain_language language, const char *english, const char *japanese)
{
    return language == EXPLAIN_JAPANESE ? japanese : english;
}

void words_put(buffer *out, const char *sentence, const prm_text *places)
{
    for (; *sentence != '\0'; sentence++) {
        int place = sentence[0] == '{' && sentence[1] >= '0' && sentence[1] <= '9' && sentence[2] == '}';
        if (!place) {
            buffer_byte(out, *sentence);
            continue;
        }
        buffer_put(out, places[sentence[1] - '0'].data, places[sentence[1] - '0'].size);
        sentence += 2;
    }
}

prm_text words_say(arena *owner, explain_language language, const char *english, const char *japanese,
                   const prm_text *places)
{
    buffer said = {0};
    words_put(&said, words_pick(language, english, japanese), places);
    prm_text kept = arena_text(owner, (prm_text){said.data, said.size});
    buffer_free(&said);
    return kept;
}

prm_text words_rule(explain_language language, prm_text name)
{
    if (language == EXPLAIN_ENGLISH)
        return name;
    if (text_is(name, "commission"))
        return text_of("販売手数料");
    return text_is(name, "override") ? text_of("傘下の販売に対する手数料") : name;
}
