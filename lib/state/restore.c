#include "state/restore.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "engine/lifetime.h"
#include "state/bases.h"
#include "state/replay.h"
#include "state/settled.h"
#include "state/snapshot.h"

typedef struct prm__restore_frame {
    prm__wire_in sections[PRM_SNAPSHOT_SECTIONS]; /* those that its format does not have are empty */
    uint32_t format;
    uint64_t program; /* its hash */
} prm__restore_frame;

typedef struct prm__restoring {
    prm_engine *engine;
    prm__replay replay;
    prm__vec texts; /* of prm_text: into the bytes */
    uint64_t events;
    int64_t clock;
    int64_t until; /* the clock goes no further */
    bool clock_follows;
    uint64_t next; /* number of the first posting */
    prm_counts counts;
    prm_error *error;
} prm__restoring;

static prm_status restore_damaged(prm_error *error, const char *what)
{
    return prm__error_set(error, PRM_E_STATE, "the state is damaged: %s", what);
}

/* ---- The frame ---- */

static prm_status restore_frame(const char *bytes, size_t size, prm__restore_frame *frame, prm_error *error)
{
    prm__wire_in in = {bytes, size, false};
    const char *magic = prm__wire_take(&in, 8);
    if (!magic || memcmp(magic, PRM_SNAPSHOT_MAGIC, 8) != 0)
        return prm__error_set(error, PRM_E_STATE, "these bytes are no state of prm");
    uint32_t format = prm__wire_take_32(&in), complement = prm__wire_take_32(&in);
    size_t sections = format == 1 ? PRM_SNAPSHOT_CLOSED : PRM_SNAPSHOT_SECTIONS;
    size_t head = PRM_SNAPSHOT_HEAD_OF(sections);
    if (size < head || format != (uint32_t)~complement)
        return restore_damaged(error, "its head is cut off or changed");
    if (format == 0 || format > PRM_SNAPSHOT_FORMAT)
        return prm__error_set(error, PRM_E_UNSUPPORTED,
                              "the state has format %u; this version of prm knows formats 1 to %d",
                              (unsigned)format, PRM_SNAPSHOT_FORMAT);
    prm__wire_in end = {bytes + head - 8, 8, false};
    if (prm__wire_take_64(&end) != prm__hash_bytes(bytes, head - 8, sections))
        return restore_damaged(error, "the hash of its head does not agree");
    frame->format = format;
    frame->program = prm__wire_take_64(&in);
    if (prm__wire_take_64(&in) != size)
        return restore_damaged(error, "it has another size than its head says");
    prm__wire_in body = {bytes + head, size - head, false};
    for (size_t i = sections; i < PRM_SNAPSHOT_SECTIONS; i++)
        frame->sections[i] = (prm__wire_in){"", 0, false};
    for (size_t i = 0; i < sections; i++) {
        uint64_t length = prm__wire_take_64(&in), hash = prm__wire_take_64(&in);
        const char *at = length <= body.left ? prm__wire_take(&body, (size_t)length) : NULL;
        if (!at || prm__hash_bytes(at, (size_t)length, i) != hash)
            return restore_damaged(error, "the hash of a section does not agree");
        frame->sections[i] = (prm__wire_in){at, (size_t)length, false};
    }
    return body.left ? restore_damaged(error, "something follows its last section") : PRM_OK;
}

/* ---- State and texts ---- */

static prm_status restore_state(prm__restoring *work, prm__wire_in in)
{
    prm_counts *counts = &work->counts;
    work->clock = (int64_t)prm__wire_take_64(&in);
    uint32_t follows = prm__wire_take_32(&in);
    counts->duplicate = prm__wire_take_64(&in);
    counts->ignored = prm__wire_take_64(&in);
    counts->rejected = prm__wire_take_64(&in);
    counts->too_late = prm__wire_take_64(&in);
    counts->dropped_fields = prm__wire_take_64(&in);
    work->next = prm__wire_take_64(&in);
    work->clock_follows = follows == 1;
    const uint64_t limit = UINT64_C(1) << 60; /* so that sums of a few do not overflow */
    if (in.short_of || in.left || follows > 1 || work->clock < 0 || work->clock > PRM_TIME_MAX ||
        counts->duplicate > limit || counts->ignored > limit || counts->rejected > limit ||
        counts->too_late > limit || counts->dropped_fields > limit || work->next == 0 || work->next > limit)
        return restore_damaged(work->error, "its clock or counts cannot be");
    return PRM_OK;
}

static prm_status restore_texts(prm__restoring *work, prm__wire_in in)
{
    uint32_t count = prm__wire_take_32(&in), start = 0;
    if (in.short_of || count > in.left / 4)
        return restore_damaged(work->error, "it has more texts than bytes");
    PRM_TRY(prm__vec_reserve(&work->texts, count));
    prm__wire_in ends = {prm__wire_take(&in, (size_t)count * 4), (size_t)count * 4, false};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t end = prm__wire_take_32(&ends);
        prm_text text = {in.at + start, end - start};
        if (end < start || end > in.left || !prm__utf8_valid(text.data, text.size))
            return restore_damaged(work->error, "a text is cut off or not UTF-8");
        *(prm_text *)prm__vec_push(&work->texts) = text;
        start = end;
    }
    return start == in.left ? PRM_OK : restore_damaged(work->error, "its texts have another size");
}

/* Text `index`; false when there is none. */
static bool restore_text(const prm__restoring *work, uint32_t index, prm_text *text)
{
    if (index >= work->texts.count)
        return false;
    *text = PRM_VEC(work->texts, prm_text)[index];
    return true;
}

/* ---- Events ---- */

/* A value that stands for "none any more" is given as a host gives it, as an empty text. */
static prm_status restore_number(prm__restoring *work, uint32_t name, uint32_t field_type, int64_t number)
{
    uint32_t kind = field_type == PRM_FIELD_INTEGER ? PRM_VALUE_INTEGER
                    : field_type == PRM_FIELD_MONEY ? PRM_VALUE_MINOR
                                                    : PRM_VALUE_TIME;
    if (number == INT64_MIN)
        return prm__replay_text(&work->replay, name, (prm_text){"", 0});
    return prm__replay_number(&work->replay, name, kind, number);
}

static prm_status restore_decimal(prm__restoring *work, uint32_t name, prm__decimal value)
{
    if (value == -PRM_DECIMAL_LIMIT)
        return prm__replay_text(&work->replay, name, (prm_text){"", 0});
    if (value <= -PRM_DECIMAL_LIMIT || value >= PRM_DECIMAL_LIMIT)
        return restore_damaged(work->error, "a number of an event is too large");
    return prm__replay_decimal(&work->replay, name, value);
}

static prm_status restore_value(prm__restoring *work, const prm__p_slot *slot, prm__wire_in *in)
{
    prm_text text;
    uint64_t low;
    switch ((prm__field_type)slot->field_type) {
    case PRM_FIELD_TEXT:
        if (!restore_text(work, prm__wire_take_32(in), &text) || text.size > PRM_LIMIT_TEXT_BYTES)
            return restore_damaged(work->error, "a text of an event is not there, or too large");
        return prm__replay_text(&work->replay, slot->name, text);
    case PRM_FIELD_BOOLEAN:
        low = prm__wire_number(in, 1);
        if (low == PRM_BOOLEAN_CLEARED)
            return prm__replay_text(&work->replay, slot->name, (prm_text){"", 0});
        return prm__replay_number(&work->replay, slot->name, PRM_VALUE_BOOLEAN, (int64_t)low - 1);
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_TIME:
        return restore_number(work, slot->name, slot->field_type, (int64_t)prm__wire_take_64(in));
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    low = prm__wire_take_64(in);
    return restore_decimal(
        work, slot->name,
        (prm__decimal)((__extension__(unsigned __int128) prm__wire_take_64(in) << 64) | low));
}

/* One event of a partner, or a void when `partner` is empty. */
static prm_status restore_event(prm__restoring *work, prm_text partner, prm__wire_in *in)
{
    const prm_program *program = work->engine->program;
    int64_t time = (int64_t)prm__wire_take_64(in);
    uint32_t type_index = (uint32_t)prm__wire_number(in, 2);
    size_t id_size = (size_t)prm__wire_number(in, 1);
    prm_text id = {prm__wire_take(in, id_size), id_size};
    if (in->short_of || type_index >= program->types_count)
        return restore_damaged(work->error, "an event is cut off, or of no type of the program");
    const prm__p_type *type = &program->types[type_index];
    bool is_void = type->role == PRM_ROLE_EVENT_VOIDED;
    uint64_t mask = prm__wire_number(in, prm__snapshot_mask(type));
    if (is_void != (partner.size == 0) || (type->slot_count < 64 && mask >> type->slot_count) ||
        (!is_void && mask & 1))
        return restore_damaged(work->error, "an event has fields that it cannot have");
    PRM_TRY(prm__replay_event(&work->replay, type_index, time, id));
    if (!is_void)
        PRM_TRY(prm__replay_text(&work->replay, PRM_NAME_PARTNER, partner));
    for (; mask; mask &= mask - 1)
        PRM_TRY(restore_value(work, &program->slots[type->first_slot + (uint32_t)__builtin_ctzll(mask)], in));
    work->events++;
    return in->short_of ? restore_damaged(work->error, "an event is cut off") : PRM_OK;
}

static prm_status restore_partners(prm__restoring *work, prm__wire_in in)
{
    uint32_t partners = prm__wire_take_32(&in);
    for (uint32_t i = 0; i < partners; i++) {
        prm_text name;
        uint32_t text = prm__wire_take_32(&in), events = prm__wire_take_32(&in);
        if (in.short_of || events == 0 || events > in.left / PRM_SNAPSHOT_EVENT_LEAST ||
            !restore_text(work, text, &name) || name.size == 0 || name.size > PRM_LIMIT_TEXT_BYTES)
            return restore_damaged(work->error, "a partner is cut off, or has no name");
        for (uint32_t j = 0; j < events; j++)
            PRM_TRY(restore_event(work, name, &in));
    }
    return in.short_of || in.left ? restore_damaged(work->error, "its partners have another size") : PRM_OK;
}

static prm_status restore_voids(prm__restoring *work, prm__wire_in in)
{
    uint32_t events = prm__wire_take_32(&in);
    if (in.short_of || events > in.left / PRM_SNAPSHOT_EVENT_LEAST)
        return restore_damaged(work->error, "it has more voids than bytes");
    for (uint32_t i = 0; i < events; i++)
        PRM_TRY(restore_event(work, (prm_text){NULL, 0}, &in));
    return in.left ? restore_damaged(work->error, "its voids have another size") : PRM_OK;
}

/* ---- Postings ---- */

static prm_status restore_posting(prm__restoring *work, prm__wire_in *in)
{
    prm_row row = {.size = sizeof row};
    row.op = (uint32_t)prm__wire_number(in, 1);
    uint32_t flags = (uint32_t)prm__wire_number(in, 1);
    row.has_amount = (flags & PRM_POSTING_AMOUNT) != 0;
    row.has_rate = (flags & PRM_POSTING_RATE) != 0;
    row.rate_added = (flags & PRM_POSTING_ADDED) != 0;
    row.money = (flags & PRM_POSTING_MONEY) != 0;
    prm_text *texts = &row.rule; /* the others follow it */
    for (size_t i = 0; i < PRM_ROW_TEXTS; i++)
        if (!restore_text(work, prm__wire_take_32(in), &texts[i]))
            return restore_damaged(work->error, "a text of a posting is not there");
    row.amount = (int64_t)prm__wire_take_64(in);
    row.rate = (int64_t)prm__wire_take_64(in);
    row.at = (int64_t)prm__wire_take_64(in);
    row.from = (int64_t)prm__wire_take_64(in);
    row.until = (int64_t)prm__wire_take_64(in);
    row.payable = (int64_t)prm__wire_take_64(in);
    if ((row.op != PRM_GRANT && row.op != PRM_REVERSE) || flags >= PRM_POSTING_MONEY * 2)
        return restore_damaged(work->error, "a posting is neither grant nor reversal");
    return prm__written_add(&work->engine->written, &row);
}

static prm_status restore_postings(prm__restoring *work, prm__wire_in in)
{
    uint64_t count = prm__wire_take_64(&in);
    if (in.short_of || in.left % PRM_SNAPSHOT_POSTING || count != in.left / PRM_SNAPSHOT_POSTING)
        return restore_damaged(work->error, "its postings have another size");
    for (uint64_t i = 0; i < count; i++)
        PRM_TRY(restore_posting(work, &in));
    return PRM_OK;
}

/* ---- The whole ---- */

static prm_status restore_events(prm__restoring *work, const prm__restore_frame *frame)
{
    PRM_TRY(restore_partners(work, frame->sections[PRM_SNAPSHOT_EVENTS]));
    PRM_TRY(restore_voids(work, frame->sections[PRM_SNAPSHOT_VOIDS]));
    return prm__replay_finish(&work->replay);
}

static prm_status restore_compare(prm_engine *engine, uint32_t format, const void *bytes, size_t size,
                                  prm_error *error)
{
    prm__snapshot snapshot;
    prm__wire_out out = {.like = bytes, .room = size};
    prm_status status = prm__snapshot_init(&snapshot, engine);
    snapshot.format = format;
    if (status == PRM_OK)
        status = prm__snapshot_write(&snapshot, &out);
    prm__snapshot_free(&snapshot);
    if (status == PRM_OK && (out.differs || out.size != size))
        return restore_damaged(error, "its order is not that of a state");
    return status;
}

/* What is closed comes first: then its events lie before the others, side by side. */
static prm_status restore_closed(prm__restoring *work, const prm__restore_frame *frame)
{
    prm_engine *engine = work->engine;
    prm__wire_in shut = frame->sections[PRM_SNAPSHOT_CLOSED], bases = frame->sections[PRM_SNAPSHOT_BASES];
    prm__vec handles, spans;
    prm__vec_init(&handles, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&spans, &engine->alloc, sizeof(prm__shut_span));
    prm_status status = prm__shut_take(engine, &work->texts, &handles, &spans, &shut);
    if (status == PRM_OK)
        status = prm__bases_take(engine, &work->texts, &handles, &spans, &bases);
    work->events += handles.count + engine->closed_void_count;
    prm__vec_free(&handles);
    prm__vec_free(&spans);
    return status == PRM_E_STATE ? restore_damaged(work->error, "what is closed in it cannot be") : status;
}

static prm_status restore_sections(prm__restoring *work, const prm__restore_frame *frame)
{
    PRM_TRY(restore_state(work, frame->sections[PRM_SNAPSHOT_STATE]));
    PRM_TRY(restore_texts(work, frame->sections[PRM_SNAPSHOT_TEXTS]));
    PRM_TRY(restore_closed(work, frame));
    prm_status status = restore_events(work, frame);
    if (status == PRM_E_EVENT) /* the engine says which event, and why */
        return restore_damaged(work->error, "an event in it is not one that the program takes");
    PRM_TRY(status);
    prm__wire_in settled = frame->sections[PRM_SNAPSHOT_SETTLED];
    status = prm__settled_take(work->engine, &work->texts, work->clock, &settled);
    if (status == PRM_E_STATE)
        return restore_damaged(work->error, "what is settled in it cannot be");
    PRM_TRY(status);
    int64_t clock = work->until < work->clock ? work->until : work->clock;
    PRM_TRY(prm__replay_settle(work->engine, clock, work->clock_follows, work->next));
    prm_counts *counts = &work->counts;
    counts->accepted = work->events;
    counts->events = work->events + counts->duplicate + counts->ignored + counts->rejected + counts->too_late;
    work->engine->counts = *counts;
    return restore_postings(work, frame->sections[PRM_SNAPSHOT_POSTINGS]);
}

static prm_status restore_into(prm_engine *engine, const prm__restore_frame *frame, int64_t until,
                               prm_error *error)
{
    prm__restoring work = {.engine = engine, .until = until, .error = error};
    prm__replay_init(&work.replay, engine, NULL);
    prm__vec_init(&work.texts, &engine->alloc, sizeof(prm_text));
    prm_status status = restore_sections(&work, frame);
    prm__vec_free(&work.texts);
    prm__replay_free(&work.replay);
    return status;
}

prm_status prm__restore(prm_program *program, const prm_engine_options *options, const void *bytes,
                        size_t size, prm_engine **out, prm_error *error)
{
    prm__restore_frame frame;
    PRM_TRY(restore_frame(bytes, size, &frame, error));
    if (frame.program != program->hash)
        return prm__error_set(
            error, PRM_E_MISMATCH,
            "the state is of another program: load it with the program that it was saved with, "
            "then go to the new one by prm_engine_upgrade");
    prm_engine_options held = {.size = sizeof held, .clock_follows = 0};
    if (options) {
        held.hash_seed = options->hash_seed;
        held.allocator = options->allocator;
    }
    prm_engine *engine;
    PRM_TRY(prm__engine_new(program, &held, &engine));
    prm_status status = restore_into(engine, &frame, INT64_MAX, error);
    if (status == PRM_OK)
        status = restore_compare(engine, frame.format, bytes, size, error);
    if (status != PRM_OK) {
        prm__engine_free(engine);
        return status;
    }
    *out = engine;
    return PRM_OK;
}

prm_status prm__restore_own(prm_engine *engine, const prm__vec *bytes, int64_t until)
{
    prm__restore_frame frame;
    PRM_TRY(restore_frame(bytes->data, bytes->count, &frame, NULL));
    engine->clock = until < 0 ? until : 0;
    return restore_into(engine, &frame, until, NULL);
}
