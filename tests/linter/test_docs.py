"""Pages and the table are made from the rules themselves, and the committed table is checked against them."""

from pathlib import Path

import pytest

from statefence import docs
from statefence.errors import UsageError
from statefence.model import Safety
from statefence.registry import LoadedRule, find, rules
from statefence.rule import Bad, Good, Rule

ROOT = Path(__file__).parents[2]
DOCUMENTATION = """It is broken.

## What it finds
Broken things.

## Example
Look at this.

## Options
None.
"""


def loaded(*cases: Good | Bad, fix: Safety = Safety.NONE) -> LoadedRule:
    rule = Rule(code="AC101", check=lambda *_: iter(()), cases=cases, fix=fix)
    return LoadedRule("AC101", "broken-thing", "things", "acme_rules.things.broken_thing", DOCUMENTATION, rule)


def test_a_page_shows_the_documentation_with_the_first_bad_and_good_case() -> None:
    bad = Bad("x", "\n    a = 1  # error: one  # error: two\n", fixed="\n    a = 2\n", policy='    state = "~"\n')
    assert docs.page(loaded(bad, Good("y", "a = 3\n"), fix=Safety.SAFE)) == (
        "# broken-thing (AC101)\n\nIt is broken.\n\nIt is repaired by `--fix`. Since 0.1.\n\n"
        "## What it finds\n\nBroken things.\n\n"
        "## Example\n\nLook at this.\n\n"
        '```toml\nstate = "~"\n```\n\n```python\na = 1  # AC101\n```\n\n'
        "The fix makes of it:\n\n```python\na = 2\n```\n\nNothing is found in:\n\n```python\na = 3\n```\n\n"
        "## Options\n\nNone.\n"
    )


def test_files_are_shown_with_their_names_and_empty_ones_not_at_all() -> None:
    page = docs.page(loaded(Bad("x", {"a.py": "", "b.py": "b = 1  # error\n"})))
    assert "```python\n# b.py\nb = 1  # AC101\n```" in page
    assert "a.py" not in page


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.code) for rule in rules()])
def test_every_page_shows_its_rules_first_bad_case(rule: LoadedRule) -> None:
    page = docs.page(rule)
    assert f"  # {rule.code}" in page or f"  -- {rule.code}" in page
    assert "# error" not in page
    assert page.count("```") % 2 == 0


def test_the_committed_table_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    docs.main(["--check"])


def test_a_stale_table_is_told_and_then_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "rules" / "README.md"
    readme.parent.mkdir()
    readme.write_text(f"# Before\n\n{docs.BEGIN}\nstale\n{docs.END}\n\nAfter\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="--write"):
        docs.main(["--check"])
    docs.main(["--write"])
    docs.main(["--check"])
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# Before\n")
    assert text.endswith("\nAfter\n")
    assert f"| SF101 | partial-spawn-env | {find('SF101', rules()).summary} | safe |\n" in text


def test_a_readme_without_markers_is_refused() -> None:
    with pytest.raises(UsageError, match="begin: rules"):
        docs.with_table("# Rules\n", ())


@pytest.mark.parametrize("arguments", [[], ["--check", "--write"], ["--help"]])
def test_other_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match="--check"):
        docs.main(arguments)


def test_outside_a_checkout_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="root of a checkout"):
        docs.main(["--check"])
