"""*.test.yaml as tests of pytest."""

PROGRAM = """
prm: 1
program: example
currency: JPY
commission: {on: deal.won, of: amount, base: 15%}
rules:
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 50}}
  never: {when: {count: portal.login, at_least: 2}, then: {cash: 1}}
"""
TESTS = """
program: program.yaml
tests:
  it pays:
    events: [{at: 2026-06-01, type: deal.won, partner: acme, amount: 100}]
    expect: {ledger: [{rule: commission, cash: 15}]}
  it pays too much:
    events: [{at: 2026-06-01, type: deal.won, partner: acme, amount: 100}]
    expect: {ledger: [{rule: commission, cash: 16}]}
  one day:
    todo: nobody has written it
    events: [{at: 2026-06-01, type: deal.won, partner: acme, amount: 100}]
    expect: {ledger: []}
"""


def prepare(pytester):
    pytester.makefile(".yaml", program=PROGRAM)
    pytester.path.joinpath("program.test.yaml").write_text(TESTS)


def run(pytester, *arguments):
    return pytester.runpytest_subprocess("-p", "prm.pytest_plugin", "-p", "no:cacheprovider", "-rx", *arguments)


def test_items_and_differences(pytester):
    prepare(pytester)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "*program.test.yaml::it pays PASSED*",
            "*program.test.yaml: it pays too much",
            "*16*",
            "*nobody has written it*",
        ]
    )


def test_one_by_its_name(pytester):
    prepare(pytester)
    run(pytester, "program.test.yaml::it pays").assert_outcomes(passed=1)


def test_coverage_names_rules_that_nothing_fires(pytester):
    prepare(pytester)
    result = run(pytester, "--prm-coverage")
    result.stdout.fnmatch_lines(["*rules that no test fires*", "*no test fires*never*"])
    assert "no test fires" not in run(pytester).stdout.str()


def test_coverage_is_of_all_files_of_a_program(pytester):
    """One fires what another does not; and they name the program by paths of their own."""
    prepare(pytester)
    folder = pytester.path.joinpath("more")
    folder.mkdir()
    leads = "{id: l%d, at: 2026-06-0%d, type: lead.registered, partner: acme, rep: sato}"
    folder.joinpath("leads.test.yaml").write_text(
        "program: ../program.yaml\ntests:\n  leads:\n    events: [%s, %s]\n"
        "    expect: {totals: [{partner: acme, rep: sato, gift_card: 50}]}\n" % (leads % (1, 1), leads % (2, 2))
    )
    said = run(pytester, "--prm-coverage").stdout.str()
    (line,) = [line for line in said.splitlines() if "no test fires" in line and "rules that" not in line]
    assert line.endswith("program.yaml: no test fires never")
    alone = run(pytester, "--prm-coverage", "program.test.yaml").stdout.str()
    assert "no test fires two-leads, never" in alone


def test_a_file_that_is_no_test(pytester):
    pytester.path.joinpath("bad.test.yaml").write_text("program: none.yaml\ntests: [")
    result = run(pytester)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*bad.test.yaml*"])


def test_the_tool_is_missing(pytester, monkeypatch):
    prepare(pytester)
    monkeypatch.setenv("PRM_TOOL", "/nowhere/prm")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*/nowhere/prm*"])
