/* outcome: one thing that a program grants. Its identity says what it means
 * (rule, subject and occasion, or the event); its content is what a posting
 * carries. Two foldings of a partner are compared by identity, and only a change
 * of content is posted. */
#ifndef PRM_ENGINE_OUTCOME_H
#define PRM_ENGINE_OUTCOME_H

#include "program/program.h"

typedef enum prm__outcome_kind {
    PRM_OUTCOME_NONE = 0, /* a rate that was overtaken before it began: no row */
    PRM_OUTCOME_RATE,
    PRM_OUTCOME_REWARD,
    PRM_OUTCOME_COMMISSION, /* with number 0: no row, but a change of rate may make one */
    PRM_OUTCOME_OVERRIDE,
    PRM_OUTCOME_RANK, /* number: the level */
    PRM_OUTCOME_NOTICE
} prm__outcome_kind;

/* In the place of a rule's index. */
#define PRM_RULE_RANKS (UINT32_MAX - 3)
#define PRM_RULE_COMMISSION (UINT32_MAX - 2)
#define PRM_RULE_OVERRIDE (UINT32_MAX - 1)
#define PRM_OCCASION_LIFE INT64_MIN

/* Where a rate stands among those of its subject, as index + 1 into the
 * partner's outcomes, 0 for none. A chain holds the rates of one rule and action,
 * newest first; each ends where the next newer one begins. */
typedef struct prm__outcome_rate {
    uint32_t older;
    uint32_t next_chain;     /* in the newest of a chain: the newest of the next chain */
    uint32_t from_position;  /* the first place at the instant `from` where it holds */
    uint32_t until_position; /* the first place at the instant `until` where it does not */
} prm__outcome_rate;

/* What a share across partners starts from: see across.h. */
typedef struct prm__outcome_claim {
    int64_t wanted;  /* a reward with a budget: its number before the budget */
    uint32_t latent; /* a contest's candidate: the kind that it has if it gets the place */
    uint32_t reserved;
} prm__outcome_claim;

typedef struct prm__outcome {
    uint32_t rule;    /* index, or PRM_RULE_... */
    uint32_t subject; /* handle; PRM_NONE where the event stands for it */
    uint32_t event;   /* handle of the event at which it fired; PRM_NONE at a clock point */
    uint16_t action;  /* place among all actions of the rule, from 0 */
    uint8_t by_event; /* 1: identity is the event, not subject and occasion */
    uint8_t kind;     /* prm__outcome_kind */
    int64_t occasion; /* first local day of its calendar window, a spell's first instant, or
                            PRM_OCCASION_LIFE */
    uint32_t ordinal; /* multiple of `every`, level of an override or a rank, from 1; else 0 */
    uint32_t level;   /* commission: the partner's rank before the event */
    uint32_t running; /* commission with brackets: into the partner's running sums */
    uint32_t reserved;
    uint32_t to_partner; /* recipient, as text keys; 0: none */
    uint32_t to_rep;
    int64_t number; /* amount in minor or whole units; a rate in e12 */
    int64_t at;
    int64_t from;  /* a rate's start; a reward's payable; or PRM_NO_TIME */
    int64_t until; /* a rate's end; or PRM_NO_TIME */
    union {
        prm__outcome_rate rate;
        prm__outcome_claim claim; /* rewards and notices */
        prm__decimal base;        /* commission and override: what the rate is taken of */
    } more;
} prm__outcome;

/* Whether the ledger has a row for it. */
static inline bool prm__outcome_is_row(const prm__outcome *outcome)
{
    bool needs_amount = outcome->kind == PRM_OUTCOME_COMMISSION || outcome->kind == PRM_OUTCOME_REWARD;
    return outcome->kind != PRM_OUTCOME_NONE && (!needs_amount || outcome->number != 0);
}

bool prm__outcome_same_identity(const prm__outcome *a, const prm__outcome *b);
uint64_t prm__outcome_identity_hash(const prm__outcome *outcome);

/* Recipient, kind, amount, rate, from, until, payable: what a posting carries. */
bool prm__outcome_same_content(const prm__outcome *a, const prm__outcome *b);

#endif
