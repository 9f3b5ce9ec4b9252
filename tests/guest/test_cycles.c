/* Loaded and unloaded over and over: the shared object, programs, engines. Nothing stays behind in the
 * process: neither memory nor mappings nor files. */
#define _GNU_SOURCE
#include "../base/unit.h"
#include "footprint.h"
#include "life.h"

#include <dlfcn.h>

#define CYCLES 10000
#define WARM 500

static const char *library_path;

typedef const char *(*version_function)(void);
typedef prm_status (*compile_function)(const char *, size_t, const prm_compile_options *, prm_program **,
                                       prm_diagnostics **, prm_error *);
typedef void (*unref_function)(prm_program *);

static void find(void *library, const char *name, void *out, size_t size)
{
    void *symbol = dlsym(library, name);
    assert_non_null(symbol);
    memcpy(out, &symbol, size);
}

/* Open, ask, now and then compile, close. */
static void load_once(int with_program)
{
    version_function version;
    compile_function compile;
    unref_function unref;
    prm_program *program = NULL;
    void *library = dlopen(library_path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        fail_msg("%s", dlerror());
    find(library, "prm_version", &version, sizeof version);
    assert_true(strlen(version()) > 0);
    if (with_program) {
        find(library, "prm_program_compile", &compile, sizeof compile);
        find(library, "prm_program_unref", &unref, sizeof unref);
        assert_int_equal(compile(life_program, strlen(life_program), NULL, &program, NULL, NULL), PRM_OK);
        unref(program);
    }
    assert_int_equal(dlclose(library), 0);
    assert_null(dlopen(library_path, RTLD_NOW | RTLD_NOLOAD)); /* it is really gone */
}

static void the_shared_object(void **state)
{
    (void)state;
    for (int i = 0; i < WARM; i++)
        load_once(i % 10 == 0);
    footprint before = footprint_now();
    for (int i = 0; i < CYCLES; i++)
        load_once(i % 10 == 0);
    footprint_same(before, footprint_now());
}

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_shared_object)};
    if (count != 2)
        return 2;
    footprint_begin(words);
    library_path = words[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
