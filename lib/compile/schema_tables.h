/* schema_tables: the keys of every place in a program, for what describes the language. Each
 * table stands in the file that reads by it, so that a description cannot say another thing. */
#ifndef PRM_COMPILE_SCHEMA_TABLES_H
#define PRM_COMPILE_SCHEMA_TABLES_H

#include "lang/schema.h"

extern const prm__schema prm__keys_of_program;
extern const prm__schema prm__keys_of_event_type; /* beside the fields, which have any name */
extern const prm__schema prm__keys_of_attributes;
extern const prm__schema prm__keys_of_commission;
extern const prm__schema prm__keys_of_brackets;
extern const prm__schema prm__keys_of_bracket;
extern const prm__schema prm__keys_of_ranks;
extern const prm__schema prm__keys_of_level;
extern const prm__schema prm__keys_of_rule;
extern const prm__schema prm__keys_of_condition; /* of a measure, too */
extern const prm__schema prm__keys_of_action;    /* beside the kinds of reward */
extern const prm__schema prm__keys_of_tier;
extern const prm__schema prm__keys_of_contest;
extern const prm__schema prm__keys_of_remind;
extern const prm__schema prm__keys_of_limit;
extern const prm__schema prm__keys_of_active;
extern const prm__schema prm__keys_of_stage;

/* What stands at keys of several places, or at any name. */
extern const prm__choices prm__choices_of_subject;
extern const prm__choices prm__choices_of_period;
extern const prm__choices prm__choices_of_rounding;
extern const prm__choices prm__choices_of_field_type;
extern const prm__choices prm__choices_of_reward_type;

/* The JSON Schema (draft 7) of programs, as prm_schema has it. */
size_t prm__schema_write(char *buffer, size_t capacity);

#endif
