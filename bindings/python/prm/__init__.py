"""prm: partner activity into money, from a program in YAML.

A *program* says whom a vendor wants to move, to what, and what that is worth. An *engine* takes events against it.
What is granted leaves the engine as the *ledger* (what stands now) or the *journal* (what was posted, in order),
exact and the same in whatever order the events came.

>>> import prm
>>> program_text = '''
... prm: 1
... program: example
... currency: JPY
... timezone: Asia/Tokyo
... commission: {on: deal.won, of: amount, base: 15%}
... rules:
...   two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 5000}}
... '''
>>> program = prm.Program.compile(program_text)
>>> engine = prm.Engine(program)
>>> engine.ingest([
...     {"id": "l-1", "type": "lead.registered", "time": "2026-06-01", "partner": "acme", "rep": "sato"},
...     {"id": "l-2", "type": "lead.registered", "time": "2026-06-04", "partner": "acme", "rep": "sato"},
...     {"id": "d-1", "type": "deal.won", "time": "2026-06-10T10:00:00+09:00", "partner": "acme", "amount": 1000000},
... ])
<prm.Answers: 3 accepted>
>>> for total in engine.totals():
...     print(total.partner, total.rep, total.kind, total.amount)
acme None cash 150000
acme sato gift_card 5000

News about the past corrects what was granted:

>>> engine.void("l-1").taken.name
'ACCEPTED'
>>> for row in engine.journal()[-1:]:
...     print(row.op.name, row.rule, row.kind, row.amount, row.recipient_rep)
REVERSE two-leads gift_card 5000 sato
>>> engine.rate("acme"), engine.progress("two-leads")[0].remaining
(Decimal('0.15'), Decimal('1'))

An engine outlives its process as bytes, and another program can be tried before it is taken:

>>> again = prm.Engine.restore(program, engine.snapshot())
>>> richer = prm.Program.compile(program_text.replace("15%", "20%"))
>>> for row in again.upgrade(richer, dry_run=True):
...     print(row.op.name, row.id, row.amount)
REVERSE commission!d-1 150000
GRANT commission!d-1 200000

:func:`diff` compares two programs over the same events: who gains, who loses, by which rule, in which month and why.

Many events at once come by columns: :meth:`Engine.ingest_columns` takes numpy arrays and pandas frames,
:meth:`Engine.ingest_arrow` what polars, pyarrow and DuckDB hold. Ledger, journal and progress leave as columns, too:
give the :class:`Table` to any of these.

What goes wrong is a :class:`prm.Error`: :class:`ProgramError` with the compiler's diagnostics, :class:`EventError`
with the event's index, :class:`StateError`. Whatever raised has changed nothing.

With pytest, files called ``*.test.yaml`` are collected as tests; ``pytest --prm-coverage`` lists the rules that no test
fires. :mod:`prm.testing` makes events for hypothesis.
"""

from ._diff import Change, Diff, DiffLine, DiffOutcome, diff
from ._engine import Engine
from ._errors import Diagnostic, Error, EventError, ProgramError, Severity, StateError, Status
from ._explain import Fact
from ._library import LIBRARY_PATH
from ._library import lib as _lib
from ._program import Field, Program, Rule, Stage, schema
from ._records import Answer, Answers, Counts, Op, Progress, Row, Stand, State, Taken, Total
from ._state import Applied, Item, apply, apply_all
from ._table import Table

__version__ = "0.1.0"
__all__ = [
    "LIBRARY_PATH",
    "Answer",
    "Answers",
    "Applied",
    "Change",
    "Counts",
    "Diagnostic",
    "Diff",
    "DiffLine",
    "DiffOutcome",
    "Engine",
    "Error",
    "EventError",
    "Fact",
    "Field",
    "Item",
    "Op",
    "Program",
    "ProgramError",
    "Progress",
    "Row",
    "Rule",
    "Severity",
    "Stage",
    "Stand",
    "State",
    "StateError",
    "Status",
    "Table",
    "Taken",
    "Total",
    "apply",
    "apply_all",
    "diff",
    "library_version",
    "schema",
]


def library_version() -> str:
    """The version of the library that is in use."""
    version: bytes = _lib.prm_version()
    return version.decode()
