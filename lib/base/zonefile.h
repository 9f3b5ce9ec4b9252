/* zonefile: TZif files (RFC 8536) made into transitions. What a file says is not
 * trusted: counts are held against its size before anything is read. */
#ifndef PRM_BASE_ZONEFILE_H
#define PRM_BASE_ZONEFILE_H

#include "base/caltime.h"

/* Reads the bytes of a TZif file into `transitions`, a vec of prm__transition that is
 * emptied first. PRM_E_IO: malformed, or with leap seconds; PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__zonefile_parse(const unsigned char *bytes, size_t size, prm__vec *transitions);

#endif
