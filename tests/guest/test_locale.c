/* A host with another locale: commas in numbers, Turkish letters, bytes that are no UTF-8. Everything that
 * prm reads and writes is as in the C locale, and the locale is as the host has set it. The locales are
 * made here by localedef; where their sources are missing (Debian's package locales), nothing is tested. */
#define _GNU_SOURCE
#include "../base/unit.h"
#include "life.h"

#include <locale.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

/* The C library keeps the list of LOCPATH's folders until the process ends, and the leak checker calls
 * that a leak. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:argz_add_sep";
}

typedef struct place {
    const char *name; /* of the locale */
    const char *source;
    const char *charset;
    const char *point; /* how it writes a decimal point */
} place;

static const place places[] = {
    {"de_DE.UTF-8", "de_DE", "UTF-8", ","},
    {"tr_TR.UTF-8", "tr_TR", "UTF-8", ","},
    {"ja_JP.EUC-JP", "ja_JP", "EUC-JP", "."},
    {"ps_AF.UTF-8", "ps_AF", "UTF-8", "\xd9\xab"},
};

static char folder[64];

/* Makes a locale; false where the sources are not there. */
static bool make_locale(const place *one)
{
    char command[400];
    snprintf(command, sizeof command, "localedef -i %s -f %s %s/%s >/dev/null 2>&1", one->source,
             one->charset, folder, one->name);
    int status = system(command); /* 1 for warnings too */
    snprintf(command, sizeof command, "%s/%s/LC_NUMERIC", folder, one->name);
    return status >= 0 && access(command, R_OK) == 0;
}

static void check_place(const place *one, const char *expected)
{
    life_text text;
    char used[64];
    assert_non_null(setlocale(LC_ALL, one->name));
    assert_string_equal(localeconv()->decimal_point, one->point);
    snprintf(used, sizeof used, "%s", setlocale(LC_ALL, NULL));
    assert_true(life_live(&text));
    assert_string_equal(text.data, expected);
    assert_string_equal(setlocale(LC_ALL, NULL), used);
    snprintf(used, sizeof used, "%.1f", 0.5); /* it is in force */
    assert_memory_equal(used + 1, one->point, strlen(one->point));
    setlocale(LC_ALL, "C");
}

/* The same as the locale of one thread only. */
static void check_thread_place(const place *one, const char *expected)
{
    life_text text;
    locale_t locale = newlocale(LC_ALL_MASK, one->name, (locale_t)0);
    assert_true(locale != (locale_t)0);
    locale_t before = uselocale(locale);
    assert_true(life_live(&text));
    assert_true(uselocale(before) == locale);
    freelocale(locale);
    assert_string_equal(text.data, expected);
}

static void other_locales(void **state)
{
    (void)state;
    life_text expected;
    assert_true(life_live(&expected));
    assert_non_null(strstr(expected.data, "commission!e4 2026-03-29T03:30:00+02:00 185.17\n"));
    for (size_t i = 0; i < UNIT_COUNT(places); i++) {
        check_place(&places[i], expected.data);
        check_thread_place(&places[i], expected.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(other_locales)};
    char command[100];
    int status = 77; /* skipped */
    snprintf(folder, sizeof folder, "/tmp/prm-locale-XXXXXX");
    if (!mkdtemp(folder) || setenv("LOCPATH", folder, 1) != 0)
        return 1;
    size_t made = 0;
    while (made < UNIT_COUNT(places) && make_locale(&places[made]))
        made++;
    if (made == UNIT_COUNT(places))
        status = cmocka_run_group_tests(tests, NULL, NULL);
    else
        printf("no %s: the sources of locales are not installed\n", places[made].name);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? status : 1;
}
