/* fickle: a library to stand between a tool and libprm (LD_PRELOAD) that breaks
 * the engine's promises, so that a test can see whether they are checked:
 *  - an event with the id "fickle" is lost when it is the first of its engine;
 *  - of the event "fickle-grant" the first grant in the journal is a unit larger
 *    than what was granted, of "fickle-last" the last one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

#include <prm/prm.h>

typedef prm_status (*fickle_ingest)(prm_engine *, const prm_event *, size_t, size_t, prm_answer *,
                                    prm_error *);
typedef int32_t (*fickle_next)(prm_rows *, prm_row *);

/* The function of that name in the library behind this one. */
static void fickle_find(const char *name, void *out, size_t size)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(out, &symbol, size);
}

static int fickle_is(const char *data, size_t size, const char *text)
{
    return size == strlen(text) && memcmp(data, text, size) == 0;
}

PRM_API prm_status prm_engine_ingest(prm_engine *engine, const prm_event *events, size_t count,
                                     size_t event_size, prm_answer *answers, prm_error *error)
{
    fickle_ingest real;
    prm_counts counts = {.size = sizeof counts};
    fickle_find("prm_engine_ingest", &real, sizeof real);
    if (count == 1 && fickle_is(events[0].id, events[0].id_size, "fickle") &&
        prm_engine_counts(engine, &counts) == PRM_OK && counts.events == 0) {
        answers[0] = (prm_answer){.answer = PRM_ACCEPTED, .field = PRM_NONE};
        return PRM_OK;
    }
    return real(engine, events, count, event_size, answers, error);
}

PRM_API int32_t prm_rows_next(prm_rows *rows, prm_row *out)
{
    fickle_next real;
    fickle_find("prm_rows_next", &real, sizeof real);
    int32_t more = real(rows, out);
    if (!more || out->sequence == 0 || out->op != PRM_GRANT)
        return more;
    int is_first = out->amount == 1000;
    if (is_first && fickle_is(out->event.data, out->event.size, "fickle-grant"))
        out->amount++;
    if (!is_first && fickle_is(out->event.data, out->event.size, "fickle-last"))
        out->amount++;
    return more;
}
