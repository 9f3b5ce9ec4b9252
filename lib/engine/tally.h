/* tally: the figures of an engine, worked out when asked for. */
#ifndef PRM_ENGINE_TALLY_H
#define PRM_ENGINE_TALLY_H

#include "engine/engine.h"

/* Fills everything but `size`. Cost: linear in partners and subjects. */
void prm__tally(const prm_engine *engine, prm_counts *out);

#endif
