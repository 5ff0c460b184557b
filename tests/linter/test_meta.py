"""What must hold of every rule, whatever it finds."""

import re
from pathlib import Path

import pytest

from statefence.docs import HEADINGS, sections_of
from statefence.model import Safety
from statefence.registry import LoadedRule, rules
from statefence.rule import Bad, Good

ROOT = Path(__file__).parents[2]
HUNDREDS = {
    "meta": "SF0",
    "env": "SF1",
    "paths": "SF2",
    "sql": "SF3",
    "migrations": "SF4",
    "files": "SF5",
    "git": "SF6",
    "backends": "SF7",
}
RULES = {rule.code: rule for rule in rules()}


@pytest.fixture(params=RULES)
def rule(request: pytest.FixtureRequest) -> LoadedRule:
    return RULES[request.param]


def test_the_code_belongs_to_the_family(rule: LoadedRule) -> None:
    assert re.fullmatch(r"SF\d{3}", rule.code)
    assert rule.code.startswith(HUNDREDS[rule.family])


def test_the_summary_is_one_sentence(rule: LoadedRule) -> None:
    first, _, rest = rule.documentation.partition("\n")
    assert first.endswith(".")
    assert first.count(". ") == 0
    assert rest.startswith("\n## ")


def test_the_documentation_has_the_fixed_headings_in_order(rule: LoadedRule) -> None:
    found = [heading for heading, _ in sections_of(rule.documentation)]
    expected = [heading for heading in HEADINGS if heading != "Fix safety" or rule.rule.fix is not Safety.NONE]
    assert found == expected


def test_no_section_is_empty(rule: LoadedRule) -> None:
    assert all(body for _, body in sections_of(rule.documentation))


def test_it_has_a_good_and_a_bad_case(rule: LoadedRule) -> None:
    assert {type(case) for case in rule.rule.cases} == {Good, Bad}


def test_some_case_is_repaired_exactly_when_it_has_a_fix(rule: LoadedRule) -> None:
    repaired = any(isinstance(case, Bad) and case.fixed is not None for case in rule.rule.cases)
    assert repaired is (rule.rule.fix is not Safety.NONE)


def test_no_two_cases_have_the_same_title(rule: LoadedRule) -> None:
    titles = [case.title for case in rule.rule.cases]
    assert len(titles) == len(set(titles))


def test_the_first_case_is_bad_for_the_page_of_the_rule(rule: LoadedRule) -> None:
    assert isinstance(rule.rule.cases[0], Bad)


def test_its_checks_are_functions_of_its_own_module(rule: LoadedRule) -> None:
    three = (rule.rule.check, rule.rule.check_project, rule.rule.check_repository)
    checks = [check for check in three if check]
    assert {check.__module__ for check in checks} == {rule.module}


def test_it_imports_nothing_of_statefence_but_the_api(rule: LoadedRule) -> None:
    path = ROOT / "rules" / Path(*rule.module.split(".")).with_suffix(".py")
    text = path.read_text(encoding="utf-8")
    imported = re.findall(r"^\s*(?:from|import) (statefence(?:\.\w+)*)\b", text, re.MULTILINE)
    assert set(imported) == {"statefence.api"}


def test_every_rule_is_in_the_readme_and_in_the_changelog() -> None:
    for document in ("rules/README.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        missing = [f"{rule.code} {rule.name}" for rule in RULES.values() if not mentions(text, rule)]
        assert not missing, document


def mentions(text: str, rule: LoadedRule) -> bool:
    return rule.code in text and rule.name in text
