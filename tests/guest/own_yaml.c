/* A host that has libyaml inside itself, for its own files, and uses it while prm compiles. */
#include "life.h"

#include <yaml.h>

/* How many scalars a document has; 0 when it is none. */
static int count_scalars(const char *text)
{
    yaml_parser_t parser;
    yaml_event_t event;
    int count = 0, done = 0;
    if (!yaml_parser_initialize(&parser))
        return 0;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    while (!done) {
        life_text other;
        if (!yaml_parser_parse(&parser, &event) || (count == 1 && !life_live(&other))) {
            count = 0;
            break;
        }
        count += event.type == YAML_SCALAR_EVENT;
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return count;
}

int main(void)
{
    return count_scalars("a: [1, 2, {b: c}]\n") != 5;
}
