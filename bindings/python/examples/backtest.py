#!/usr/bin/env python3
"""What would another program have paid? Two programs over one CRM export, side by side.

    python backtest.py [PROGRAM_A PROGRAM_B] [--out backtest.png]

Reads the export with pandas, hands its rows to both programs by columns, prints who gains and who loses, and draws the
payouts over time. Without programs it compares the one in rules/crm-export with a variant that pays more on the Pro
products but less for a strong quarter. Needs pandas and matplotlib.
"""

import argparse
from decimal import Decimal
from pathlib import Path

import matplotlib
import pandas

import prm

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

FOLDER = Path(__file__).resolve().parents[3] / "rules" / "crm-export"


# %% The export: one row is an opportunity. It was a lead on the day of engagement; closed, it is won or lost.
def read_events(folder):
    rows = pandas.read_csv(folder / "sales_pipeline.csv", dtype="string").replace({"product": {"GTXPro": "GTX Pro"}})
    teams = pandas.read_csv(folder / "sales_teams.csv", dtype="string").set_index("sales_agent")["manager"]
    rows = rows.rename(columns={"opportunity_id": "deal", "sales_agent": "rep", "account": "customer"})
    rows["partner"] = rows["rep"].map(teams)
    leads = rows[rows["engage_date"].notna()].assign(type="lead.registered", time=rows["engage_date"])
    won = rows[rows["deal_stage"] == "Won"].assign(type="deal.won", time=rows["close_date"], amount=rows["close_value"])
    lost = rows[rows["deal_stage"] == "Lost"].assign(type="deal.lost", time=rows["close_date"])
    events = pandas.concat([leads.rename(columns={"deal": "lead"}), won, lost], ignore_index=True)
    events["id"] = events["deal"].fillna(events["lead"]) + "-" + events["type"]
    for name in ("type", "partner", "rep", "customer", "product"):
        events[name] = events[name].astype("category")
    return events[["id", "type", "time", "partner", "rep", "customer", "lead", "deal", "product", "amount"]]


# %% One program over all events: its ledger as a frame, money only.
def pay(program, events):
    with prm.Engine(program) as engine:
        refused = engine.ingest_columns(events).rejected
        if refused:
            raise SystemExit("not every event was taken: %s" % next(iter(refused.values())))
        ledger = engine.ledger().to_pandas()
    return ledger[ledger["amount"].notna()]


def per_recipient(ledger):
    who = ledger["recipient_partner"] + ledger["recipient_rep"].map(lambda rep: " / " + rep if rep else "")
    return ledger["amount"].groupby(who).sum()


def variant():
    text = (FOLDER / "program.yaml").read_text(encoding="utf-8")
    text = text.replace(": 6.25%", ": 7.5%").replace("+2%, from: period", "+0.5%, from: period")
    return prm.Program.compile(text.replace("hardware-partners-2017", "hardware-partners-variant"), name="variant")


# %% Who gains, who loses.
def report(names, ledgers):
    table = pandas.DataFrame({name: per_recipient(ledger) for name, ledger in zip(names, ledgers)}).fillna(Decimal(0))
    table["difference"] = table[names[1]] - table[names[0]]
    table = table.sort_values("difference", ascending=False)
    changed = table[table["difference"] != 0]
    print(changed.to_string() if len(changed) else "nobody gains or loses")
    print(
        "\n%d gain, %d lose, %d stay"
        % ((table["difference"] > 0).sum(), (table["difference"] < 0).sum(), len(table) - len(changed))
    )
    print("in all: %s pays %s, %s pays %s" % (names[0], table[names[0]].sum(), names[1], table[names[1]].sum()))
    return table


# %% Payouts over time, and the difference per partner.
def draw(names, ledgers, table, currency, out):
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 8), layout="constrained")
    for name, ledger, colour in zip(names, ledgers, ("#8c8c8c", "#1f6fb4")):
        months = ledger["at"].dt.tz_localize(None).dt.to_period("M")
        paid = ledger["amount"].astype(float).groupby(months).sum().cumsum()
        above.plot(paid.index.astype(str), paid / 1000, label=name, color=colour, marker="o", linewidth=2)
    above.set_title("Paid out so far", loc="left", fontweight="bold")
    above.set_ylabel("thousand %s" % currency)
    above.set_ylim(bottom=0)
    above.legend(frameon=False)
    partners = table[~table.index.str.contains(" / ", regex=False)]["difference"].astype(float) / 1000
    partners = partners.sort_values()
    below.barh(partners.index, partners, color=["#2a9d58" if gain > 0 else "#c8442e" for gain in partners])
    below.axvline(0, color="black", linewidth=0.8)
    below.set_title("What %s changes per partner" % names[1], loc="left", fontweight="bold")
    below.set_xlabel("thousand %s" % currency)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y" if axes is above else "x", alpha=0.3)
    figure.savefig(out, dpi=150)
    pyplot.close(figure)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("programs", nargs="*", type=Path, help="two programs; none: the sample and a variant of it")
    options.add_argument("--out", type=Path, default=Path("backtest.png"))
    given = options.parse_args()
    if len(given.programs) not in (0, 2):
        options.error("give two programs, or none")
    programs = [prm.Program.load(path) for path in given.programs]
    programs = programs or [prm.Program.load(FOLDER / "program.yaml"), variant()]
    names = [program.name for program in programs]
    events = read_events(FOLDER)
    ledgers = [pay(program, events) for program in programs]
    table = report(names, ledgers)
    draw(names, ledgers, table, programs[0].currency, given.out)
    print("drawn into %s" % given.out)


if __name__ == "__main__":
    main()
