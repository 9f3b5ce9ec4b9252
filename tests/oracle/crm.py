#!/usr/bin/env python3
"""What rules/crm-export/program.yaml pays on the CRM export, computed without prm.

This is no rule engine: each promise of that program is one function below,
written by hand from its words, over plain lists. A test compares its answers
with those of the library, so nothing is shared with it: not the program file,
not the mapping file, no code.

    crm.py            the totals as CSV: partner,rep,kind,amount, sorted. A line
                      without partner counts the ledger rows of one rule ("rows RULE").
    crm.py --ledger   every row of the ledger as CSV, sorted by id
    --data FOLDER     where the export lies (default: rules/crm-export)

Exact throughout: fractions for money and rates, whole days for windows. The
export has dates only; each event stands at the first instant of its day in New
York, so comparing days is comparing instants.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
PERCENT = Fraction(1, 100)
BASE = 5 * PERCENT
BY_PRODUCT = {
    "GTX Basic": 8 * PERCENT,
    "GTX Plus Basic": 8 * PERCENT,
    "GTX Pro": Fraction(625, 10000),
    "GTX Plus Pro": Fraction(625, 10000),
    "MG Special": 10 * PERCENT,
    "MG Advanced": Fraction(75, 1000),
    "GTK 500": 4 * PERCENT,
}
FLOOR, CEILING = 4 * PERCENT, 11 * PERCENT
LEADS_FOR_A_CARD, GIFT_CARD = 300, 500
WINS_A_MONTH, MONTH_BONUS = 90, 2500
PRODUCTS_TO_SELL, CROSS_SELL_DAYS, CROSS_SELL_BONUS = 6, 90, 750
WINS_A_QUARTER, QUARTER_RISE = 220, 2 * PERCENT
FIRST_RISE, FIRST_RISE_DAYS = 1 * PERCENT, 90


class Event(NamedTuple):
    day: date
    id: str
    partner: str
    rep: str
    customer: str
    product: str
    amount: int


class Row(NamedTuple):
    """One outcome; `cents` is None for a rate."""

    rule: str
    kind: str
    partner: str
    rep: str
    customer: str
    product: str
    recipient: str
    cents: int | None
    event: str
    id: str


class Rise(NamedTuple):
    """A rate rise for the deals from one place in the order up to a day, exclusive."""

    points: Fraction
    begins: tuple
    ends: date


# ---- Reading the export ---------------------------------------------------------


def place(event):
    """The order of events: instant, then id, the shorter first, then bytewise."""
    return (event.day, len(event.id.encode()), event.id.encode())


def read_export(folder):
    """Leads and wins, each in order."""
    with open(folder / "sales_teams.csv", newline="", encoding="utf-8") as file:
        manager = {row["sales_agent"]: row["manager"] for row in csv.DictReader(file)}
    leads, wins = [], []
    with open(folder / "sales_pipeline.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            product = "GTX Pro" if row["product"] == "GTXPro" else row["product"]
            agent = row["sales_agent"]
            who = (manager[agent], agent, row["account"], product)
            number = row["opportunity_id"]
            if row["engage_date"]:
                leads.append(Event(date.fromisoformat(row["engage_date"]), number + "-lead", *who, 0))
            if row["deal_stage"] == "Won":
                day = date.fromisoformat(row["close_date"])
                wins.append(Event(day, number + "-won", *who, int(row["close_value"])))
    return sorted(leads, key=place), sorted(wins, key=place)


def by(key, events):
    groups = defaultdict(list)
    for event in events:
        groups[key(event)].append(event)
    return groups


def month(day):
    return day.replace(day=1)


def quarter(day):
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_end(first_day):
    """The first day of the next quarter."""
    return quarter(first_day + timedelta(days=100))


# ---- Names ------------------------------------------------------------------------


def encode(name):
    """A name inside an outcome's identity."""
    return "".join(
        f"%{byte:02X}" if byte <= 0x20 or byte == 0x7F or byte in b'%:@!#~^+/",' else chr(byte)
        for byte in name.encode()
    ).encode("latin-1").decode()


def identity(rule, *keys, window=None):
    text = ":".join([rule, *map(encode, keys)])
    return f"{text}@{window.isoformat()}" if window else text


# ---- The promises -------------------------------------------------------------------


def lead_gift_card(leads):
    for (partner, rep), theirs in by(lambda e: (e.partner, e.rep), leads).items():
        if len(theirs) >= LEADS_FOR_A_CARD:
            rule = "lead-gift-card"
            yield Row(rule, "gift_card", partner, rep, "", "", f"{partner}/{rep}", GIFT_CARD * 100,
                      theirs[LEADS_FOR_A_CARD - 1].id, identity(rule, partner, rep))


def ninety_wins_a_month(wins):
    for (partner, first_day), theirs in by(lambda e: (e.partner, month(e.day)), wins).items():
        if len(theirs) >= WINS_A_MONTH:
            rule = "ninety-wins-a-month"
            yield Row(rule, "cash", partner, "", "", "", partner, MONTH_BONUS * 100,
                      theirs[WINS_A_MONTH - 1].id, identity(rule, partner, window=first_day))


def cross_sell_six(wins):
    for (partner, customer), theirs in by(lambda e: (e.partner, e.customer), wins).items():
        if not customer:
            continue
        for at, event in enumerate(theirs):
            oldest = event.day - timedelta(days=CROSS_SELL_DAYS)
            if len({e.product for e in theirs[: at + 1] if e.day >= oldest}) >= PRODUCTS_TO_SELL:
                rule = "cross-sell-six"
                yield Row(rule, "cash", partner, "", customer, "", f"{partner}/{event.rep}",
                          CROSS_SELL_BONUS * 100, event.id, identity(rule, partner, customer))
                break


def quarters_reached(wins):
    """Partner -> the deals that were the 220th of their quarter, in order."""
    reached = defaultdict(list)
    for (partner, _), theirs in by(lambda e: (e.partner, quarter(e.day)), wins).items():
        if len(theirs) >= WINS_A_QUARTER:
            reached[partner].append(theirs[WINS_A_QUARTER - 1])
    return {partner: sorted(deals, key=place) for partner, deals in reached.items()}


def big_quarter(reached):
    for partner, deals in reached.items():
        for deal in deals:
            rule = "big-quarter"
            yield Row(rule, "rate", partner, "", "", "", partner, None, deal.id,
                      identity(rule, partner, window=quarter(deal.day)))


def first_big_quarter(reached):
    for partner, deals in reached.items():
        rule = "first-big-quarter"
        yield Row(rule, "rate", partner, "", "", "", partner, None, deals[0].id, identity(rule, partner))


def rises_of(deals):
    """All rises of one partner, given the deals at which its quarters were reached."""
    rises = []
    for deal in deals:
        first_day = quarter(deal.day)
        rises.append(Rise(QUARTER_RISE, (first_day,), quarter_end(first_day)))
    if deals:
        # Later deals only; the 90th day after still counts in full.
        end = deals[0].day + timedelta(days=FIRST_RISE_DAYS + 1)
        rises.append(Rise(FIRST_RISE, (*place(deals[0]), "and later"), end))
    return rises


def rate_of(deal, rises):
    here = [rise.points for rise in rises if rise.begins <= place(deal) and deal.day < rise.ends]
    rate = BY_PRODUCT.get(deal.product, BASE) + max(here, default=0)
    return min(max(rate, FLOOR), CEILING)


def commission(wins, reached):
    for partner, theirs in by(lambda e: e.partner, wins).items():
        rises = rises_of(reached.get(partner, []))
        for deal in theirs:
            cents = deal.amount * 100 * rate_of(deal, rises) // 1
            if cents:
                yield Row("commission", "cash", partner, deal.rep, deal.customer, deal.product, partner,
                          cents, deal.id, "commission!" + encode(deal.id))


def ledger(folder):
    leads, wins = read_export(folder)
    reached = quarters_reached(wins)
    rows = [*lead_gift_card(leads), *ninety_wins_a_month(wins), *cross_sell_six(wins), *big_quarter(reached),
            *first_big_quarter(reached), *commission(wins, reached)]
    return sorted(rows, key=lambda row: row.id.encode())


# ---- Printing ----------------------------------------------------------------------


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def write_ledger(rows, out):
    out.writerow(["rule", "kind", "partner", "rep", "customer", "product", "recipient", "amount", "event", "id"])
    for row in rows:
        out.writerow([*row[:7], "" if row.cents is None else money(row.cents), row.event, row.id])


def write_totals(rows, out):
    totals = Counter()
    for row in rows:
        if row.cents is not None:
            partner, _, rep = row.recipient.partition("/")
            totals[partner, rep, row.kind] += row.cents
    lines = [(*key, money(cents)) for key, cents in totals.items()]
    lines += [("", "", "rows " + rule, count) for rule, count in Counter(row.rule for row in rows).items()]
    out.writerow(["partner", "rep", "kind", "amount"])
    out.writerows(sorted(lines))


def days_are_whole():
    """New York skips no local midnight in these years; else a day's first instant would not be 00:00."""
    day = date(2016, 1, 1)
    while day < date(2018, 12, 31):
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        if midnight.astimezone(timezone.utc).astimezone(ZONE).replace(tzinfo=None) != midnight.replace(tzinfo=None):
            return False
        day += timedelta(days=1)
    return True


def main():
    here = Path(__file__).resolve().parent
    arguments = argparse.ArgumentParser(description="What the CRM program pays, computed without prm.")
    arguments.add_argument("--ledger", action="store_true", help="print every row instead of the totals")
    arguments.add_argument("--data", type=Path, default=here.parent.parent / "rules" / "crm-export")
    chosen = arguments.parse_args()
    if not days_are_whole():
        raise SystemExit("a local midnight is missing; days can't stand for instants here")
    out = csv.writer(sys.stdout, lineterminator="\n")
    (write_ledger if chosen.ledger else write_totals)(ledger(chosen.data), out)


if __name__ == "__main__":
    main()
