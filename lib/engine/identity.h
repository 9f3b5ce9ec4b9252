/* identity: an outcome's identity as text, the column `id`. What it is about stands
 * in front (rule and subject, or rule and event), then the occasion, then the place
 * of the action when it is not the first:
 *
 *     commission!d-17    ten-leads:acme:sato    monthly-bonus:acme@2026-06-01/2
 *
 * Names are percent-encoded, so that no two identities share a text. */
#ifndef PRM_ENGINE_IDENTITY_H
#define PRM_ENGINE_IDENTITY_H

#include "engine/engine.h"

/* The most bytes that the text can need: rule name, partner and keys of 4 KiB, each
 * byte three times, and the rest. */
size_t prm__identity_size(const prm_engine *engine, const prm__outcome *outcome, uint32_t partner);

/* Writes it; returns its size. `buffer` has room for prm__identity_size. */
size_t prm__identity_write(const prm_engine *engine, const prm__outcome *outcome, uint32_t partner,
                           char *buffer);

/* The name of an outcome's rule: "commission" for commissions. */
prm_text prm__identity_rule(const prm_engine *engine, const prm__outcome *outcome);

#endif
