#include "engine/due.h"

prm_status prm__due_push(prm_engine *engine, prm__due due)
{
    PRM_TRY(prm__vec_reserve(&engine->due, engine->passed.count + 1));
    prm__vec_push(&engine->due);
    prm__due *heap = PRM_VEC(engine->due, prm__due);
    size_t at = engine->due.count - 1;
    while (at > 0 && heap[(at - 1) / 2].time > due.time) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = due;
    return PRM_OK;
}

bool prm__due_pop(prm_engine *engine, int64_t time, prm__due *due)
{
    prm__due *heap = PRM_VEC(engine->due, prm__due);
    if (engine->due.count == 0 || heap[0].time > time)
        return false;
    *due = heap[0];
    size_t count = --engine->due.count;
    prm__due last = heap[count];
    size_t at = 0;
    for (size_t child = 1; child < count; child = at * 2 + 1) {
        if (child + 1 < count && heap[child + 1].time < heap[child].time)
            child++;
        if (heap[child].time >= last.time)
            break;
        heap[at] = heap[child];
        at = child;
    }
    if (count)
        heap[at] = last;
    return true;
}
