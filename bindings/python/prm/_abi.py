"""The C interface as data: constants, structs and one table of functions.

Everything here says again what ``prm.h`` says; the tests compare the two, and
:mod:`prm._library` compares the sizes of structs with the library at import.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Dict, List, Tuple

__all__ = ["FUNCTIONS", "STRUCTS"]

VERSION = (0, 1)
SONAME = "libprm.so.0"

NONE = 0xFFFFFFFF
NO_TIME = -(2**63)

OK, E_ARGUMENT, E_MEMORY, E_IO, E_PROGRAM, E_EVENT, E_CLOCK, E_LIMIT, E_NOT_FOUND, E_INTERNAL = range(10)
E_STATE, E_MISMATCH, E_UNSUPPORTED = range(10, 13)
VALUE_TEXT, VALUE_INTEGER, VALUE_MINOR, VALUE_E12, VALUE_BOOLEAN, VALUE_TIME, VALUE_NAME = range(7)
COLUMN_FIELD, COLUMN_ID, COLUMN_TYPE, COLUMN_TIME = range(4)
(
    LAYOUT_NONE,
    LAYOUT_INT8,
    LAYOUT_INT16,
    LAYOUT_INT32,
    LAYOUT_INT64,
    LAYOUT_UINT8,
    LAYOUT_UINT16,
    LAYOUT_UINT32,
    LAYOUT_UINT64,
    LAYOUT_BITS,
    LAYOUT_DECIMAL,
    LAYOUT_TEXT32,
    LAYOUT_TEXT64,
    LAYOUT_VIEW,
    LAYOUT_PADDED,
) = range(15)
ORDER_NAMES, ORDER_CLOSEST, ORDER_TIME, ORDER_NONE = range(4)
TICK_MILLISECOND, TICK_SECOND, TICK_MICROSECOND, TICK_NANOSECOND, TICK_DAY = range(5)


class Text(Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]


class CError(Structure):
    _fields_ = [
        ("status", c_int32),
        ("diagnostic", c_uint32),
        ("line", c_uint32),
        ("column", c_uint32),
        ("message", c_char * 496),
    ]


class CDecimal(Structure):
    _fields_ = [("high", c_int64), ("low", c_uint64)]


class CDiagnostic(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("severity", c_uint32),
        ("number", c_uint32),
        ("line", c_uint32),
        ("column", c_uint32),
        ("end_column", c_uint32),
        ("file", Text),
        ("message", Text),
        ("hint", Text),
        ("source", Text),
    ]


class CompileOptions(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("file_name", c_char_p),
        ("zoneinfo_directory", c_char_p),
        ("allocator", c_void_p),
    ]


class CRule(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("line", c_uint32),
        ("name", Text),
        ("title", Text),
        ("tiers", c_uint32),
        ("outcomes", c_uint32),
    ]


class CType(Structure):
    _fields_ = [("size", c_uint32), ("fields", c_uint32), ("name", Text)]


class CTypeField(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("field", c_uint32),
        ("name", Text),
        ("type", Text),
        ("required", c_uint32),
        ("reserved", c_uint32),
    ]


class Field(Structure):
    _fields_ = [
        ("field", c_uint32),
        ("kind", c_uint32),
        ("name", c_void_p),
        ("name_size", c_size_t),
        ("text", c_void_p),
        ("text_size", c_size_t),
        ("number", c_int64),
    ]


class Event(Structure):
    _fields_ = [
        ("type", c_uint32),
        ("field_count", c_uint32),
        ("type_name", c_void_p),
        ("type_name_size", c_size_t),
        ("id", c_void_p),
        ("id_size", c_size_t),
        ("time", c_int64),
        ("fields", c_void_p),
    ]


class CAnswer(Structure):
    _fields_ = [("answer", c_uint32), ("diagnostic", c_uint32), ("field", c_uint32), ("dropped", c_uint32)]


class Column(Structure):
    pass


Column._fields_ = [
    ("role", c_uint32),
    ("layout", c_uint32),
    ("kind", c_uint32),
    ("tick", c_uint32),
    ("local", c_uint32),
    ("width", c_uint32),
    ("scale", c_int32),
    ("reserved", c_uint32),
    ("name", c_char_p),
    ("name_size", c_size_t),
    ("values", c_void_p),
    ("bytes", c_void_p),
    ("valid", c_void_p),
    ("first", c_uint64),
    ("rows", c_uint64),
    ("dictionary", POINTER(Column)),
]


class EngineOptions(Structure):
    _fields_ = [("size", c_uint32), ("clock_follows", c_uint32), ("hash_seed", c_uint64), ("allocator", c_void_p)]


class CCounts(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("events", c_uint64),
        ("accepted", c_uint64),
        ("duplicate", c_uint64),
        ("ignored", c_uint64),
        ("rejected", c_uint64),
        ("too_late", c_uint64),
        ("dropped_fields", c_uint64),
        ("unmatched", c_uint64),
        ("waiting", c_uint64),
        ("partners", c_uint64),
        ("subjects", c_uint64),
        ("outcomes", c_uint64),
        ("postings", c_uint64),
        ("bytes", c_uint64),
        ("event_bytes", c_uint64),
        ("subject_bytes", c_uint64),
    ]


class CRow(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("op", c_uint32),
        ("sequence", c_uint64),
        ("rule", Text),
        ("kind", Text),
        ("partner", Text),
        ("rep", Text),
        ("customer", Text),
        ("product", Text),
        ("recipient_partner", Text),
        ("recipient_rep", Text),
        ("rank", Text),
        ("text", Text),
        ("event", Text),
        ("id", Text),
        ("amount", c_int64),
        ("rate", c_int64),
        ("at", c_int64),
        ("from", c_int64),
        ("until", c_int64),
        ("payable", c_int64),
        ("has_amount", c_uint32),
        ("has_rate", c_uint32),
        ("rate_added", c_uint32),
        ("money", c_uint32),
    ]


class ApplyItem(Structure):
    _fields_ = [
        ("state", c_void_p),
        ("state_size", c_size_t),
        ("events", POINTER(Event)),
        ("event_count", c_size_t),
        ("clock", c_int64),
    ]


class AppliedItem(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("state", c_void_p),
        ("state_size", c_size_t),
        ("answers", POINTER(CAnswer)),
        ("answer_count", c_size_t),
        ("rows", c_void_p),
        ("clock", c_int64),
    ]


class CProgress(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("state", c_uint32),
        ("rule", c_uint32),
        ("has_value", c_uint32),
        ("rule_name", Text),
        ("partner", Text),
        ("rep", Text),
        ("customer", Text),
        ("product", Text),
        ("value", CDecimal),
        ("target", CDecimal),
        ("start", c_int64),
        ("end", c_int64),
        ("remaining", CDecimal),
        ("share", c_int64),
        ("left", c_int64),
        ("tier", c_uint32),
        ("tiers", c_uint32),
    ]


class PendingOptions(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("rule", c_uint32),
        ("states", c_uint32),
        ("order", c_uint32),
        ("limit", c_uint64),
        ("partner", Text),
    ]


class CTotal(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("money", c_uint32),
        ("partner", Text),
        ("rep", Text),
        ("rule", Text),
        ("kind", Text),
        ("amount", CDecimal),
        ("commission", CDecimal),
        ("rewards", CDecimal),
        ("outcomes", c_uint64),
    ]


class CStage(Structure):
    _fields_ = [("size", c_uint32), ("line", c_uint32), ("name", Text), ("title", Text)]


class CJourney(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("stage", c_uint32),
        ("partner", Text),
        ("rep", Text),
        ("reached", c_uint64),
        ("since", c_int64),
        ("last", c_int64),
    ]


class CFact(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("depth", c_uint32),
        ("holds", c_uint32),
        ("has", c_uint32),
        ("code", c_uint32),
        ("number", c_uint64),
        ("name", Text),
        ("text", Text),
        ("id", Text),
        ("event", Text),
        ("type", Text),
        ("partner", Text),
        ("rep", Text),
        ("customer", Text),
        ("product", Text),
        ("value", CDecimal),
        ("target", CDecimal),
        ("amount", c_int64),
        ("rate", c_int64),
        ("at", c_int64),
        ("from", c_int64),
        ("until", c_int64),
    ]


#: C name -> the Structure that describes it.
STRUCTS: Dict[str, Any] = {
    "prm_text": Text,
    "prm_error": CError,
    "prm_decimal": CDecimal,
    "prm_diagnostic": CDiagnostic,
    "prm_compile_options": CompileOptions,
    "prm_rule": CRule,
    "prm_type": CType,
    "prm_type_field": CTypeField,
    "prm_field": Field,
    "prm_event": Event,
    "prm_answer": CAnswer,
    "prm_column": Column,
    "prm_engine_options": EngineOptions,
    "prm_counts": CCounts,
    "prm_row": CRow,
    "prm_progress": CProgress,
    "prm_pending_options": PendingOptions,
    "prm_total": CTotal,
    "prm_stage": CStage,
    "prm_journey": CJourney,
    "prm_fact": CFact,
    "prm_apply_item": ApplyItem,
    "prm_applied_item": AppliedItem,
}

_HANDLE = c_void_p
_OUT = POINTER(c_void_p)
_ERROR = POINTER(CError)
_STATUS = c_int32

#: C name -> (restype, argtypes). A ``char *`` that is written to, and every handle, is a ``c_void_p``.
FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "prm_status_name": (c_char_p, [c_int32]),
    "prm_version": (c_char_p, []),
    "prm_struct_size": (c_size_t, [c_char_p]),
    "prm_diagnostics_count": (c_size_t, [_HANDLE]),
    "prm_diagnostics_get": (_STATUS, [_HANDLE, c_size_t, POINTER(CDiagnostic)]),
    "prm_diagnostics_render": (c_size_t, [_HANDLE, c_size_t, c_void_p, c_size_t]),
    "prm_diagnostics_free": (None, [_HANDLE]),
    "prm_program_compile": (_STATUS, [c_char_p, c_size_t, POINTER(CompileOptions), _OUT, _OUT, _ERROR]),
    "prm_program_load": (_STATUS, [c_char_p, POINTER(CompileOptions), _OUT, _OUT, _ERROR]),
    "prm_program_ref": (c_void_p, [_HANDLE]),
    "prm_program_unref": (None, [_HANDLE]),
    "prm_program_name": (Text, [_HANDLE]),
    "prm_program_title": (Text, [_HANDLE]),
    "prm_program_currency": (Text, [_HANDLE]),
    "prm_program_timezone": (Text, [_HANDLE]),
    "prm_program_minor_digits": (c_uint32, [_HANDLE]),
    "prm_program_hash": (c_uint64, [_HANDLE]),
    "prm_program_rule_count": (c_uint32, [_HANDLE]),
    "prm_program_rule": (_STATUS, [_HANDLE, c_uint32, POINTER(CRule)]),
    "prm_program_stage_count": (c_uint32, [_HANDLE]),
    "prm_program_stage": (_STATUS, [_HANDLE, c_uint32, POINTER(CStage)]),
    "prm_program_type_count": (c_uint32, [_HANDLE]),
    "prm_program_type_get": (_STATUS, [_HANDLE, c_uint32, POINTER(CType)]),
    "prm_program_type_field": (_STATUS, [_HANDLE, c_uint32, c_uint32, POINTER(CTypeField)]),
    "prm_program_type": (c_uint32, [_HANDLE, c_char_p, c_size_t]),
    "prm_program_field": (c_uint32, [_HANDLE, c_char_p, c_size_t]),
    "prm_program_rank_name": (Text, [_HANDLE, c_uint32]),
    "prm_program_read_time": (_STATUS, [_HANDLE, c_char_p, c_size_t, POINTER(c_int64), _ERROR]),
    "prm_program_read_local_time": (_STATUS, [_HANDLE, c_char_p, c_size_t, POINTER(c_int64), _ERROR]),
    "prm_program_write_time": (c_size_t, [_HANDLE, c_int64, c_void_p, c_size_t]),
    "prm_program_write_money": (c_size_t, [_HANDLE, c_int64, c_void_p, c_size_t]),
    "prm_write_rate": (c_size_t, [c_int64, c_int32, c_void_p, c_size_t]),
    "prm_write_decimal": (c_size_t, [CDecimal, c_void_p, c_size_t]),
    "prm_program_dump": (c_size_t, [_HANDLE, c_void_p, c_size_t]),
    "prm_schema": (c_size_t, [c_uint32, c_void_p, c_size_t]),
    "prm_engine_new": (_STATUS, [_HANDLE, POINTER(EngineOptions), _OUT, _ERROR]),
    "prm_engine_free": (None, [_HANDLE]),
    "prm_engine_program": (c_void_p, [_HANDLE]),
    "prm_engine_intern": (_STATUS, [_HANDLE, c_char_p, c_size_t, POINTER(c_uint32), _ERROR]),
    "prm_engine_ingest": (_STATUS, [_HANDLE, POINTER(Event), c_size_t, c_size_t, POINTER(CAnswer), _ERROR]),
    "prm_engine_answer_text": (
        c_size_t,
        [_HANDLE, POINTER(Event), POINTER(CAnswer), c_void_p, c_size_t],
    ),
    "prm_engine_ingest_columns": (
        _STATUS,
        [_HANDLE, POINTER(Column), c_size_t, c_size_t, c_size_t, POINTER(CAnswer), POINTER(c_uint64), _ERROR],
    ),
    "prm_engine_column_answer_text": (
        c_size_t,
        [_HANDLE, POINTER(Column), c_size_t, c_uint64, POINTER(CAnswer), c_void_p, c_size_t],
    ),
    "prm_engine_advance": (_STATUS, [_HANDLE, c_int64, _ERROR]),
    "prm_engine_clock": (c_int64, [_HANDLE]),
    "prm_engine_settle": (_STATUS, [_HANDLE, c_int64, _ERROR]),
    "prm_engine_settled": (c_int64, [_HANDLE]),
    "prm_engine_counts": (_STATUS, [_HANDLE, POINTER(CCounts)]),
    "prm_engine_ledger": (_STATUS, [_HANDLE, _OUT, _ERROR]),
    "prm_engine_journal": (_STATUS, [_HANDLE, c_uint64, _OUT, _ERROR]),
    "prm_engine_journal_release": (_STATUS, [_HANDLE, c_uint64, _ERROR]),
    "prm_engine_totals": (_STATUS, [_HANDLE, c_int32, _OUT, _ERROR]),
    "prm_rows_next_total": (c_int32, [_HANDLE, POINTER(CTotal)]),
    "prm_rows_count": (c_size_t, [_HANDLE]),
    "prm_rows_next": (c_int32, [_HANDLE, POINTER(CRow)]),
    "prm_rows_free": (None, [_HANDLE]),
    "prm_rows_stream": (_STATUS, [_HANDLE, _HANDLE, c_void_p, _ERROR]),
    "prm_stream_share": (_STATUS, [c_void_p, c_void_p, _ERROR]),
    "prm_engine_rate": (
        _STATUS,
        [_HANDLE, Text, Text, Text, Text, c_int64, POINTER(c_int64), _ERROR],
    ),
    "prm_engine_rank": (_STATUS, [_HANDLE, Text, c_int64, POINTER(Text), _ERROR]),
    "prm_engine_progress": (_STATUS, [_HANDLE, c_uint32, Text, _OUT, _ERROR]),
    "prm_engine_pending": (_STATUS, [_HANDLE, POINTER(PendingOptions), _OUT, _ERROR]),
    "prm_engine_journey": (_STATUS, [_HANDLE, Text, _OUT, _ERROR]),
    "prm_rows_next_journey": (c_int32, [_HANDLE, POINTER(CJourney)]),
    "prm_engine_explain": (_STATUS, [_HANDLE, Text, _OUT, _ERROR]),
    "prm_engine_explain_missing": (_STATUS, [_HANDLE, c_uint32, Text, Text, Text, Text, c_int64, _OUT, _ERROR]),
    "prm_explanation_count": (c_size_t, [_HANDLE]),
    "prm_explanation_get": (_STATUS, [_HANDLE, c_size_t, POINTER(CFact)]),
    "prm_explanation_free": (None, [_HANDLE]),
    "prm_fact_name": (c_char_p, [c_uint32]),
    "prm_rows_next_progress": (c_int32, [_HANDLE, POINTER(CProgress)]),
    "prm_state_name": (c_char_p, [c_uint32]),
    "prm_engine_save": (_STATUS, [_HANDLE, c_void_p, c_size_t, POINTER(c_size_t), _ERROR]),
    "prm_engine_load": (_STATUS, [_HANDLE, POINTER(EngineOptions), c_void_p, c_size_t, _OUT, _ERROR]),
    "prm_engine_reconcile": (_STATUS, [_HANDLE, POINTER(CRow), c_size_t, c_size_t, _OUT, _ERROR]),
    "prm_engine_upgrade": (_STATUS, [_HANDLE, _HANDLE, c_int32, _OUT, _ERROR]),
    "prm_apply": (
        _STATUS,
        [_HANDLE, POINTER(EngineOptions), POINTER(ApplyItem), c_size_t, c_size_t, c_size_t, _OUT, _ERROR],
    ),
    "prm_applied_get": (_STATUS, [_HANDLE, c_size_t, POINTER(AppliedItem)]),
    "prm_applied_free": (None, [_HANDLE]),
    "prm_file_save": (_STATUS, [_HANDLE, c_char_p, _ERROR]),
    "prm_file_load": (_STATUS, [_HANDLE, POINTER(EngineOptions), c_char_p, _OUT, POINTER(c_int32), _ERROR]),
}


def sizes() -> Dict[str, int]:
    """C name -> the size of the struct as it is described here."""
    return {name: ctypes.sizeof(struct) for name, struct in STRUCTS.items()}
