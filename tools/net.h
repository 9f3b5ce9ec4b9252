/* The ledger of an engine at hand as a whole, for the verbs that add it up: one
 * row per outcome, with the month in which it fell. */
#ifndef TOOLS_NET_H
#define TOOLS_NET_H

#include <stdint.h>

#include "memory.h"

enum { NET_MONTH = 7 /* bytes of "2026-06" */ };

typedef struct net_row {
    prm_text rule;
    prm_text kind;
    prm_text partner; /* the recipient, or the recipient's partner */
    prm_text rep;     /* the recipient, where it is a rep */
    prm_text line;    /* whose time line the outcome belongs to */
    prm_text what;    /* of a rank or a notice: which */
    prm_text event;
    prm_text id;
    prm_text month; /* of `at`, in the program's time zone */
    int64_t amount;
    int64_t rate;
    int64_t at;
    int64_t from;
    int64_t until;
    int64_t payable;
    uint32_t has_amount;
    uint32_t has_rate;
    uint32_t rate_added;
    uint32_t money;
} net_row;

/* All zeros is an empty one. */
typedef struct net {
    net_row *rows; /* in ledger order */
    size_t count;
    prm_rows *source; /* which keeps the texts */
    arena texts;
} net;

/* Takes the ledger; the engine must not change while `out` is in use. Free *out in either case. */
prm_status net_take(net *out, prm_engine *engine, prm_error *error);

void net_free(net *ledger);

/* The month of an instant in the program's time zone, into NET_MONTH + 1 bytes. */
prm_text net_month(const prm_program *program, int64_t time, char *out);

#endif
