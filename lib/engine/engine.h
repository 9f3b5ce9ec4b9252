/* engine: the records that the rooms of this floor share. A partner's time line is
 * the unit: its history of events in order, and the outcomes that a fold over it
 * gives. Subjects, measures and rates are what the fold remembers on its way;
 * they can always be made again from the history, so a call that fails only marks
 * them stale.
 *
 *   intake -> store -> [amend] -> fold (route, measure, ask, fire, earn, clock) -> [forward]
 *          -> [across] -> diff -> journal
 */
#ifndef PRM_ENGINE_ENGINE_H
#define PRM_ENGINE_ENGINE_H

#include "base/intern.h"
#include "engine/list.h"
#include "engine/outcome.h"
#include "engine/store.h"
#include "engine/written.h"

/* One line of a partner's history: sorted by time, rank of the type, id. */
typedef struct prm__entry {
    uint32_t event;
    uint16_t type;
    uint16_t forwarded; /* 1: an event of a partner below; see forward.h */
} prm__entry;

/* The rule and subject (PRM_NONE: all of the rule) that are to be asked at a clock point. */
typedef struct prm__agenda {
    int64_t time;
    uint32_t rule;
    uint32_t subject;
} prm__agenda;

enum {
    PRM_PARTNER_LEFT = 1,      /* as of the fold */
    PRM_PARTNER_TOUCHED = 2,   /* on the list of this call */
    PRM_PARTNER_AMEND = 4,     /* voids and reductions are to be worked out again */
    PRM_PARTNER_STALE = 8,     /* a call failed: fold again from the start */
    PRM_PARTNER_STASHED = 16,  /* `stash` is the whole former list of outcomes */
    PRM_PARTNER_PENDING = 32,  /* to be folded (again) in this call */
    PRM_PARTNER_AWAITS = 64,   /* somebody below it was pending when last looked at */
    PRM_PARTNER_RESENDS = 128, /* `forwarded` is what it had handed up before */
    PRM_PARTNER_EXISTS = 256,  /* its own subject is marked as existing */
    PRM_PARTNER_REWOUND = 512  /* its subjects were emptied once, so those with a note may not be marked
                                  as existing; stays */
};

/* What every event needs stands first and fills one line of the cache; then what outcomes
 * need; then the rest. Elements of prm__vec partners begin a line each. */
typedef struct prm__partner {
    uint32_t flags;      /* PRM_PARTNER_... */
    uint32_t subject;    /* handle of its own subject, PRM_NONE before the first event */
    prm__list entries;   /* of prm__entry: the history */
    prm__list outcomes;  /* of prm__outcome, in the order of the fold */
    uint32_t settled;    /* entries before this call: sorted, the new ones behind them */
    uint32_t folded;     /* entries that the fold has taken in */
    uint32_t changed;    /* first entry that this call has changed; PRM_NO_INDEX: none */
    uint32_t voiders;    /* entries that void or reduce others */
    uint32_t kept;       /* outcomes that the call under way has left alone */
    uint32_t key;        /* its text */
    int64_t last_time;   /* of the last folded entry; INT64_MIN without */
    int64_t rerate_from; /* commissions from this instant on are to be rated again; INT64_MAX between folds */
    prm__list stash;     /* of prm__outcome: the former outcomes from index `kept` on */
    uint32_t rows;       /* of the outcomes, rows of the ledger */
    uint32_t rows_after; /* the same once the call under way is done */
    uint32_t referrer;   /* text keys as of the fold, 0 for none */
    uint32_t parent;
    uint32_t first_subject; /* of all its subjects, linked by `next` */
    prm__list life;         /* of uint32_t: its partner.* events, in order */
    prm__list roster;       /* of uint32_t: text keys of the reps now on it */
    int64_t last_voider;    /* time of the latest of them */
    int64_t asked_at;       /* the last instant at which a lifecycle event was counted, or asked, or earned */
    int64_t due;            /* earliest hint about it in the heap; INT64_MAX: none */
    uint32_t unmatched;     /* voiders in effect without a match */
    uint32_t past;          /* index + 1 into the engine's pasts: see checkpoint.h; 0: none */
    int64_t clocked;        /* the last clock point that the fold has passed; INT64_MIN: none */
    int64_t boundary;       /* the next calendar clock point; INT64_MAX: none */
    prm__list agenda;       /* heap of prm__agenda: further clock points to come */
    prm__list runnings;     /* of prm__decimal: sums before each commission, for brackets */
    prm__list forwards;     /* of prm__forward: what it hands up, in order */
    prm__list forwarded;    /* of prm__forward: what it handed up before this fold */
    uint32_t sent;          /* of `forwards`, those that were handed up */
    prm__list contests;     /* of prm__candidate: see across.h */
    uint64_t posted;        /* the sum of all that was posted: see balance.h */
    uint64_t posted_after;  /* the same once the call under way is done */
} prm__partner;

/* A partner that the call under way has to do with, and how it was before. */
typedef struct prm__touched {
    uint32_t partner; /* index */
    uint32_t folded;
    uint32_t unmatched;
} prm__touched;

enum {
    PRM_SUBJECT_EXISTS = 1,
    PRM_SUBJECT_LEFT = 2,  /* a rep that has left */
    PRM_SUBJECT_ROSTER = 4 /* a rep on the roster */
};

/* Followed in memory by the kind's record of measures, anchors and rules, and for
 * partners and reps by their attributes. */
typedef struct prm__subject {
    uint32_t partner; /* index */
    uint32_t next;    /* handle of the partner's next subject, PRM_NONE at the end */
    uint32_t rates;   /* index + 1 of the newest outcome of its first chain of rates */
    uint16_t kind;
    uint16_t flags;               /* PRM_SUBJECT_... */
    uint32_t keys[PRM_KIND_KEYS]; /* text keys, 0 beyond the kind's */
} prm__subject;

/* The present value of a partner's or rep's attribute. */
typedef struct prm__attribute_state {
    prm__decimal number; /* also booleans and times */
    uint32_t key;        /* texts */
    uint32_t present;
} prm__attribute_state;

typedef struct prm__subjects {
    prm__alloc *alloc;
    prm__vec chunks;      /* of char *; handles count 16-byte units */
    uint32_t chunk_shift; /* units of a chunk, as a power of two: the largest subject fits */
    uint32_t chunk_mask;  /* and that less one */
    uint32_t top;
    struct prm__subject_slot *slots; /* the index over kind, partner and keys */
    uint32_t slot_count;
    uint32_t used;
    uint32_t *sizes; /* bytes of a subject of each kind */
} prm__subjects;

/* A posting of the journal. */
typedef struct prm__posting {
    prm__outcome outcome;
    uint32_t partner;
    uint32_t op; /* PRM_GRANT or PRM_REVERSE */
} prm__posting;

/* A void by event.voided that knows only an id. */
typedef struct prm__void {
    int64_t time;    /* the earliest event.voided of that id; INT64_MAX: none (taken back) */
    uint32_t target; /* text key of the id */
    uint32_t count;  /* events that name it */
} prm__void;

/* A void as it was before this call, to be taken back on failure. */
typedef struct prm__void_change {
    uint32_t index; /* into voids */
    prm__void before;
} prm__void_change;

/* A waiting entry or void: something happens to `partner` (PRM_NONE: to void
 * `void_index`) once the clock reaches `time`. */
typedef struct prm__due {
    int64_t time;
    uint32_t partner;
    uint32_t void_index;
} prm__due;

/* Which rule has taken an exclusive name at a point of the time line. */
typedef struct prm__taken {
    uint64_t point;
    uint32_t rule;
    uint32_t reserved;
} prm__taken;

/* The highest addition of a group so far in one composition of a rate. */
typedef struct prm__group_best {
    uint64_t stamp;
    int64_t rate;
} prm__group_best;

#define PRM_NO_SLOT 0xFFU
#define PRM_SLOT_TABLE_MAX ((size_t)1 << 20) /* types times names in tables at the most */

#define PRM_PERIODS (PRM_PERIOD_FISCAL_YEAR + 1)

struct prm_engine {
    prm__alloc alloc;
    prm_program *program;
    uint32_t clock_follows;
    uint32_t poisoned;
    int64_t clock;
    prm__intern texts;      /* first the program's own texts, in their order + 1 */
    prm__intern numbers;    /* numbers of which distinct values are counted, as 16 bytes each */
    uint32_t *program_keys; /* text key of each text of the program */
    uint32_t *type_of_key;  /* for keys up to known_keys: event type, or PRM_NO_INDEX */
    uint32_t *name_of_key;  /* for keys up to known_keys: field name, or PRM_NO_INDEX */
    uint32_t known_keys;
    uint32_t empty_key; /* of the empty text: an attribute that is cleared */
    prm__store store;
    prm__layout *layouts;    /* by form and type: see prm__store_layout */
    uint8_t *slot_of;        /* [type][name]: the slot, or PRM_NO_SLOT; NULL when it would be too large */
    uint16_t *key_at;        /* [type][kind][PRM_KIND_KEYS]: where events carry the keys of a kind, or 0 */
    struct prm__need *needs; /* [type][kind]: what an event looks at of a subject: see need.h */
    struct prm__plan *plans; /* [type]: see plan.h */
    prm__vec text_fields;    /* of prm__text_field: theirs */
    prm__vec aims;           /* of prm__aim: theirs */
    prm__vec plan_takes;     /* of prm__take: theirs */
    prm__vec listeners;      /* of prm__listener: theirs */
    prm__vec branches;       /* of prm__branch: see branch.h */
    uint32_t *branch_slots;  /* index over them */
    uint32_t branch_slot_count;
    prm__pool pool;
    prm__vec partners;       /* of prm__partner */
    prm__vec pasts;          /* see checkpoint.c */
    prm__vec partner_of_key; /* of uint32_t: partner index + 1 by text key */
    prm__subjects subjects;
    uint32_t attribute_counts[2];          /* by owner */
    uint32_t *kind_measures;               /* [kind]: its first measure, or PRM_NO_INDEX */
    uint32_t *next_measure;                /* [measure]: the next one of the same kind, or PRM_NO_INDEX */
    prm__window_span windows[PRM_PERIODS]; /* the last one asked for of each period: most events share it */
    uint8_t *type_is_target;               /* [type]: 1 when some type voids or reduces it */
    uint32_t amend_depth[2];               /* longest chain of types that void, and that reduce */
    struct prm__reduction *reductions;     /* hash of reduced amounts: see amend.h */
    uint32_t reduction_slots;
    uint32_t reduction_used;
    prm__vec voids;       /* of prm__void */
    prm__vec void_events; /* of uint32_t: every event.voided, by arrival */
    prm__vec void_of_key; /* of uint32_t: index + 1 into voids by text key */
    prm__vec due;         /* heap of prm__due */
    prm__vec links;       /* of prm__link: who looked at whom; see link.h */
    prm__vec link_of_key; /* of uint32_t: index + 1 of the newest link to a text key */
    uint32_t *link_slots; /* index over links, to note each once */
    uint32_t link_slot_count;
    int64_t settled;            /* what lies before is settled: see settle.h; INT64_MIN: nothing is */
    int64_t closed;             /* what lies before has no history any more: the same, or INT64_MIN */
    uint32_t closed_voids;      /* handle of the first closed event.voided, in order, */
    uint32_t closed_void_count; /* and how many follow each other */
    uint64_t closed_unmatched;  /* of these, those that match nothing */
    uint32_t texts_given;       /* the highest key that the host has a handle of */
    prm__vec takes;             /* of prm__settle_take, by event */
    prm__vec reaches;           /* of prm__settle_reach, by partner */
    /* the call under way */
    int64_t settling;        /* the instant that is being settled; INT64_MIN: none */
    prm__vec takes_noted;    /* of prm__settle_take */
    prm__vec touched;        /* of prm__touched */
    uint64_t moves;          /* partner.* events that it brought */
    prm__vec void_changes;   /* of prm__void_change */
    prm__vec marked;         /* of uint32_t: events that this call marked as voided */
    prm__vec passed;         /* of prm__due: what it took from the heap */
    prm__vec posts;          /* of prm__order_item: what it will post, by partner */
    prm__vec order_items;    /* of prm__order_item: see order.h */
    prm__vec sorting;        /* of const void *: items and scratch of sorting */
    prm__vec identities;     /* of uint32_t: index of identities in a diff */
    prm__vec entry_copy;     /* of prm__entry: new ones while they are sorted */
    prm__vec subject_list;   /* of uint32_t: subjects of one rule, in order */
    prm__vec clock_items;    /* of prm__agenda: those of one instant */
    uint32_t contests_lost;  /* 1: a call failed, so that any contest may be undecided */
    prm__vec contests_dirty; /* of prm__contest, in order: to be decided again */
    prm__vec candidates;     /* of one contest: see across.c */
    prm__vec budgets;        /* see budget.c */
    prm__vec budget_claims;  /* those of this call */
    prm__vec items;          /* of prm__amend_item: see amend.c */
    prm__vec targets;
    prm__vec before;
    /* scratch of the fold, one element per kind or measure */
    struct prm__watch *watch;      /* who looks on, or NULL: see watch.h */
    const struct prm__warm *guess; /* what was found out ahead about the one event that is folded next,
                                      or NULL; see warm.h */
    uint32_t *at_subjects;         /* [kind]: the subject of the event, or PRM_NONE */
    uint32_t *counted_for;         /* [kind]: those of the event while others are asked */
    uint64_t *counted;             /* [measure]: stamp of the last event that it counted */
    uint64_t stamp;
    prm__group_best *group_best; /* [text of the program] */
    uint64_t group_stamp;
    prm__taken *taken;      /* [text of the program]: exclusive names */
    uint64_t point;         /* number of the event or clock point under way */
    uint32_t event_level;   /* rank of the partner before the event under way */
    uint32_t has_links;     /* 1: some rule is for referrers or parents */
    uint32_t has_clock;     /* 1: some rule or rank looks at the clock */
    uint32_t periods;       /* bits of the periods at whose ends it looks */
    prm__vec clock_rules;   /* of uint32_t: rules to ask at clock points, in the order of the file */
    prm__vec while_rules;   /* of uint32_t */
    prm__vec link_filters;  /* of uint32_t: filters whose verdicts are handed up, each once */
    prm__written written;   /* postings that were written down: the first ones not yet released... */
    size_t written_first;   /* ...from this one on */
    prm__vec journal;       /* of prm__posting: the rest of what is not yet released */
    uint64_t journal_first; /* number of the first posting not yet released */
    uint64_t outcome_rows;
    uint64_t stale;           /* partners that are stale: they are folded before anything else */
    prm_counts counts;        /* the running ones: events and answers, dropped fields */
    struct prm_engine *shell; /* where the content was made before it was moved here, which still counts its
                                 memory; or NULL: see prm__engine_replace */
};

static inline prm__partner *prm__engine_partner(const prm_engine *engine, uint32_t index)
{
    return PRM_VEC(engine->partners, prm__partner) + index;
}

static inline prm__partner *prm__engine_touched(const prm_engine *engine, size_t place)
{
    return prm__engine_partner(engine, PRM_VEC(engine->touched, prm__touched)[place].partner);
}

static inline prm_text prm__engine_text(const prm_engine *engine, uint32_t key)
{
    return prm__intern_text(&engine->texts, key);
}

static inline const prm__event *prm__engine_event(const prm_engine *engine, uint32_t handle)
{
    return prm__store_event(&engine->store, handle);
}

static inline prm_text prm__engine_event_id(const prm_engine *engine, const prm__event *event)
{
    return prm__store_id(event, prm__store_layout(event, engine->layouts));
}

/* The index of the partner with that text key, made when new; PRM_NONE when
 * memory ran out. */
uint32_t prm__engine_partner_of(prm_engine *engine, uint32_t key);

/* The same without making one: PRM_NONE when there is none. */
uint32_t prm__engine_find_partner(const prm_engine *engine, uint32_t key);

/* The calendar window of `period` at `time`. */
static inline const prm__window_span *prm__engine_window(prm_engine *engine, uint32_t period, int64_t time)
{
    prm__window_span *span = &engine->windows[period];
    if (time < span->start || time >= span->end)
        *span = prm__calendar_window(&engine->program->calendar, (prm__period)period, time);
    return span;
}

/* The slot of a type that has field `name`, or PRM_NO_INDEX. */
static inline uint32_t prm__engine_slot(const prm_engine *engine, uint32_t type, uint32_t name)
{
    if (!engine->slot_of)
        return prm__program_slot(engine->program, type, name);
    uint8_t slot = engine->slot_of[(size_t)type * engine->program->names_count + name];
    return slot == PRM_NO_SLOT ? PRM_NO_INDEX : slot;
}

/* How many postings are not yet released. */
static inline size_t prm__engine_postings(const prm_engine *engine)
{
    return prm__written_count(&engine->written) - engine->written_first + engine->journal.count;
}

/* Opens a view on an event, with its amount as reductions have left it. */
void prm__engine_view(const prm_engine *engine, uint32_t handle, prm__view *view);

/* A text or 4-byte value of a view by field name; 0 when absent. */
uint32_t prm__engine_view_text(const prm_engine *engine, const prm__view *view, uint32_t name);

/* The number in a slot that is present and no text: money in whole units, a time
 * as ms, a boolean as 0 or 1 (in units, not e12). */
prm__decimal prm__engine_view_number(const prm_engine *engine, const prm__view *view, uint32_t slot);

/* The order of events: time, rank of the type, id (shorter first, then bytewise). */
int prm__engine_compare_events(const prm_engine *engine, uint32_t a, uint32_t b);

/* The place of an event among the first `count` entries of its partner, which are sorted. */
uint32_t prm__engine_place_of(const prm_engine *engine, const prm__partner *partner, uint32_t count,
                              uint32_t event);

/* Whether the call under way has changed anything about a touched partner's outcomes. */
static inline bool prm__engine_outcomes_changed(const prm__partner *partner)
{
    return partner->kept != partner->outcomes.count || partner->stash.count ||
           partner->flags & PRM_PARTNER_STASHED;
}

/* Puts a partner on the list of this call; `entry` is the first of its entries
 * that changed. */
PRM_MUST_USE prm_status prm__engine_touch(prm_engine *engine, uint32_t partner, uint32_t entry);

#endif
