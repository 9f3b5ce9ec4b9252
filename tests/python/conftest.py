"""What the tests of the binding share. The library is the one that PRM_LIBRARY names."""

import os
from pathlib import Path

import prm
import pytest

pytest_plugins = ["pytester"]

ROOT = Path(os.environ.get("PRM_SOURCE_ROOT", Path(__file__).resolve().parents[2]))

TEXT = """
prm: 1
program: example
currency: USD
timezone: Asia/Tokyo
attributes: {partner: {segment: text}}
commission: {on: deal.won, of: amount, base: 10%}
ranks:
  per: month
  levels: {bronze: {}, silver: {when: {count: deal.won, at_least: 2}}}
rules:
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 50}}
  faster: {when: {count: deal.won, at_least: 3}, then: {rate: +5%}}
  agencies: {each: deal.won, where: 'partner.segment == "agency"', then: {cash: 7.50}}
"""


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def program() -> prm.Program:
    return prm.Program.compile(TEXT, name="example.yaml")


@pytest.fixture
def engine(program):
    with prm.Engine(program) as engine:
        yield engine
