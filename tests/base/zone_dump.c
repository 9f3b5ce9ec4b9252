/* zone_dump DIRECTORY ZONE...: the transitions of each zone as lines "ZONE AT OFFSET" in
 * seconds, for zones_agree.py. */
#include "base/caltime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    prm__alloc alloc;
    prm__vec transitions;
    prm__alloc_init(&alloc, NULL);
    prm__vec_init(&transitions, &alloc, sizeof(prm__transition));
    for (int i = 2; i < count; i++) {
        const char *name = arguments[i];
        prm_status status = prm__caltime_zone_read(arguments[1], name, strlen(name), &transitions);
        if (status != PRM_OK)
            printf("%s failed %d\n", name, (int)status);
        for (size_t k = 0; k < transitions.count; k++) {
            const prm__transition *transition = &PRM_VEC(transitions, prm__transition)[k];
            int64_t at = k == 0 ? -63158400 : transition->at / 1000;
            printf("%s %" PRId64 " %" PRId64 "\n", name, at, transition->offset / 1000);
        }
    }
    prm__vec_free(&transitions);
    return 0;
}
