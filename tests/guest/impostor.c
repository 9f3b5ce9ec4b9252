/* A host with functions of its own that are called like those of libyaml, cJSON and json-c, and that every
 * library in the process can see. Where prm has its libyaml inside (-Dbundled=true), or is opened with
 * RTLD_DEEPBIND, it is not taken in. With a path as its argument it opens that library so. */
#define _GNU_SOURCE
#include "life.h"

#include <dlfcn.h>

#define IMPOSTOR __attribute__((visibility("default"), used)) int

int impostor_calls;

IMPOSTOR yaml_parser_initialize(void *parser);
IMPOSTOR yaml_parser_parse(void *parser, void *event);
IMPOSTOR yaml_parser_set_input_string(void *parser, const unsigned char *input, size_t size);
IMPOSTOR yaml_parser_set_encoding(void *parser, int encoding);
IMPOSTOR yaml_parser_delete(void *parser);
IMPOSTOR yaml_event_delete(void *event);
IMPOSTOR cJSON_Parse(const char *text);
IMPOSTOR cJSON_Delete(void *item);
IMPOSTOR json_object_put(void *object);
IMPOSTOR XXH3_64bits_withSeed(const void *data, size_t size, unsigned long long seed);
IMPOSTOR prm__engine_new(void *program, void *options, void **out);
IMPOSTOR prm__hash_bytes(const void *data, size_t size, unsigned long long seed);

static int impostor_called(void)
{
    impostor_calls++;
    return 0;
}

IMPOSTOR yaml_parser_initialize(void *parser)
{
    (void)parser;
    return impostor_called();
}

IMPOSTOR yaml_parser_parse(void *parser, void *event)
{
    (void)parser;
    (void)event;
    return impostor_called();
}

IMPOSTOR yaml_parser_set_input_string(void *parser, const unsigned char *input, size_t size)
{
    (void)parser;
    (void)input;
    (void)size;
    return impostor_called();
}

IMPOSTOR yaml_parser_set_encoding(void *parser, int encoding)
{
    (void)parser;
    (void)encoding;
    return impostor_called();
}

IMPOSTOR yaml_parser_delete(void *parser)
{
    (void)parser;
    return impostor_called();
}

IMPOSTOR yaml_event_delete(void *event)
{
    (void)event;
    return impostor_called();
}

IMPOSTOR cJSON_Parse(const char *text)
{
    (void)text;
    return impostor_called();
}

IMPOSTOR cJSON_Delete(void *item)
{
    (void)item;
    return impostor_called();
}

IMPOSTOR json_object_put(void *object)
{
    (void)object;
    return impostor_called();
}

IMPOSTOR XXH3_64bits_withSeed(const void *data, size_t size, unsigned long long seed)
{
    (void)data;
    (void)size;
    (void)seed;
    return impostor_called();
}

IMPOSTOR prm__engine_new(void *program, void *options, void **out)
{
    (void)program;
    (void)options;
    (void)out;
    return impostor_called();
}

IMPOSTOR prm__hash_bytes(const void *data, size_t size, unsigned long long seed)
{
    (void)data;
    (void)size;
    (void)seed;
    return impostor_called();
}

#ifndef IMPOSTOR_LINKED
/* The functions that are used here, from a library that is opened by hand. */
typedef prm_status (*compile_function)(const char *, size_t, const prm_compile_options *, prm_program **,
                                       prm_diagnostics **, prm_error *);
typedef prm_status (*new_function)(prm_program *, const prm_engine_options *, prm_engine **, prm_error *);
typedef void (*free_function)(void *);

static void find(void *library, const char *name, void *out, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(out, &symbol, size);
}

static int live_opened(const char *path)
{
    compile_function compile;
    new_function make;
    free_function free_engine, free_program;
    prm_program *program = NULL;
    prm_engine *engine = NULL;
    prm_error error;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    find(library, "prm_program_compile", &compile, sizeof compile);
    find(library, "prm_engine_new", &make, sizeof make);
    find(library, "prm_engine_free", &free_engine, sizeof free_engine);
    find(library, "prm_program_unref", &free_program, sizeof free_program);
    if (compile(life_program, strlen(life_program), NULL, &program, NULL, &error) != PRM_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 0;
    }
    int good = make(program, NULL, &engine, NULL) == PRM_OK;
    free_engine(engine);
    free_program(program);
    return dlclose(library) == 0 && good;
}

int main(int count, char **words)
{
    int good = count == 2 && live_opened(words[1]);
    fprintf(stderr, "the host's own functions were called %d times\n", impostor_calls);
    return !good || impostor_calls != 0;
}
#else
int main(void)
{
    life_text text;
    int good = life_live(&text);
    fprintf(stderr, "%sthe host's own functions were called %d times\n", text.data, impostor_calls);
    return !good || impostor_calls != 0;
}
#endif
