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


# %% A headline, payouts over time, and the difference per partner.
def monthly(ledger):
    months = ledger["at"].dt.tz_localize(None).dt.to_period("M")
    return ledger["amount"].astype(float).groupby(months).sum() / 1000


def draw_months(axes, names, ledgers):
    table = pandas.DataFrame({name: monthly(ledger) for name, ledger in zip(names, ledgers)}).fillna(0.0)
    table = table.reindex(pandas.period_range(table.index.min(), table.index.max(), freq="M"), fill_value=0.0)
    for name, colour, shift in zip(names, ("#b3b9c0", "#1f6fb4"), (-0.2, 0.2)):
        axes.bar([place + shift for place in range(len(table))], table[name], width=0.38, color=colour, label=name)
    axes.set_xticks(range(len(table)), [month.strftime("%b %Y") for month in table.index])
    axes.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    axes.grid(axis="y", alpha=0.3)


def draw_partners(axes, table):
    partners = table[~table.index.str.contains(" / ", regex=False)]["difference"].astype(float) / 1000
    partners = partners.sort_values()
    bars = axes.barh(partners.index, partners, color=["#2a9d58" if gain > 0 else "#c8442e" for gain in partners])
    axes.bar_label(bars, [f"{gain:+.1f}" for gain in partners], padding=4)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.margins(x=0.12)
    axes.set_xticks([])
    axes.tick_params(left=False)
    axes.spines[["left", "bottom"]].set_visible(False)


def draw(names, ledgers, table, currency, out):
    old, new = (float(table[name].sum()) for name in names)
    figure, (above, below) = pyplot.subplots(2, 1, figsize=(10, 8.5), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.15, w_pad=0.15)
    figure.suptitle(
        f"{names[1]} would have paid {abs(new - old):,.0f} {currency} {'more' if new >= old else 'less'}"
        f" ({(new - old) / old if old else 0:+.1%})",
        x=0.02, ha="left", fontsize=16, fontweight="bold",
    )  # fmt: skip
    draw_months(above, names, ledgers)
    above.set_title(f"Paid out per month, thousand {currency}", loc="left", pad=28)
    draw_partners(below, table)
    below.set_title(f"What changes per partner, thousand {currency}", loc="left")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
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
