"""Rules are found by their place, and a broken pack is refused with its name."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from statefence.errors import RuleError, UsageError
from statefence.registry import find, ordered, pack_rules, rules, third_party_packs

RULE = '''"""Nothing is wrong.\n"""
from statefence.api import Rule


def check(module, project, policy):
    return iter(())


RULE = Rule(code="{code}", check=check, cases=())
'''


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on the import path; what is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if name.startswith("acme"):
            del sys.modules[name]


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def write_pack(root: Path, name: str, **codes: str) -> None:
    write(root, {f"{name}/__init__.py": "", f"{name}/locks/__init__.py": ""})
    write(root, {f"{name}/locks/{module}.py": RULE.format(code=code) for module, code in codes.items()})


def install(root: Path, distribution: str, entry_points: str) -> None:
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n"
    folder = f"{distribution}-1.dist-info"
    write(root, {f"{folder}/METADATA": metadata, f"{folder}/entry_points.txt": entry_points})


def test_rules_are_sorted_by_code() -> None:
    codes = [rule.code for rule in rules()]
    assert codes == sorted(codes)
    assert "SF101" in codes


def test_a_rule_is_named_by_its_module_and_its_family_by_its_package(packs: Path) -> None:
    write_pack(packs, "acme_rules", stale_lock="AC101")
    (rule,) = pack_rules("acme_rules")
    assert (rule.code, rule.name, rule.family) == ("AC101", "stale-lock", "locks")
    assert rule.summary == "Nothing is wrong"


def test_helpers_are_not_taken_for_rules(packs: Path) -> None:
    write_pack(packs, "acme_rules", stale_lock="AC101")
    write(packs, {"acme_rules/helper.py": "raise SystemError", "acme_rules/locks/_helper.py": "raise SystemError"})
    assert [rule.name for rule in pack_rules("acme_rules")] == ["stale-lock"]


def test_a_module_without_a_rule_is_refused_by_name(packs: Path) -> None:
    write_pack(packs, "acme_rules")
    write(packs, {"acme_rules/locks/empty.py": ""})
    with pytest.raises(RuleError, match=r"acme_rules\.locks\.empty has no RULE"):
        list(pack_rules("acme_rules"))


@pytest.mark.parametrize("text", ["import acme_missing", "def broken(:"])
def test_a_module_that_cannot_be_imported_is_refused_by_name(packs: Path, text: str) -> None:
    write_pack(packs, "acme_rules")
    write(packs, {"acme_rules/locks/broken.py": text})
    with pytest.raises(RuleError, match=r"acme_rules\.locks\.broken cannot be imported"):
        list(pack_rules("acme_rules"))


def test_a_pack_without_families_is_refused(packs: Path) -> None:
    write(packs, {"acme_rules/__init__.py": "", "acme_rules/stale_lock.py": RULE.format(code="AC101")})
    with pytest.raises(RuleError, match="acme_rules holds no family"):
        list(pack_rules("acme_rules"))


def test_a_code_declared_twice_names_both_modules(packs: Path) -> None:
    write_pack(packs, "acme_rules", stale_lock="AC101", lost_lock="AC101")
    with pytest.raises(RuleError, match=r"AC101 .*acme_rules\.locks\.lost_lock.*acme_rules\.locks\.stale_lock"):
        ordered(pack_rules("acme_rules"))


def test_a_name_used_twice_names_both_modules(packs: Path) -> None:
    write_pack(packs, "acme_rules", stale_lock="AC101")
    write_pack(packs, "acme_more", stale_lock="AC102")
    with pytest.raises(RuleError, match=r"stale-lock .*acme_rules\.locks.*acme_more\.locks"):
        ordered([*pack_rules("acme_rules"), *pack_rules("acme_more")])


def test_an_installed_pack_is_found_by_its_entry_point(packs: Path) -> None:
    write_pack(packs, "acme_rules", stale_lock="AC101")
    install(packs, "acme", "[statefence.rules]\nacme = acme_rules\n")
    assert third_party_packs(sys.path) == ("acme_rules",)
    assert "AC101" in [rule.code for rule in rules()]


def test_a_distribution_that_offers_something_else_is_no_pack(tmp_path: Path) -> None:
    install(tmp_path, "acme", "[console_scripts]\nacme = acme:main\n")
    assert third_party_packs([str(tmp_path), str(tmp_path / "missing")]) == ()


def test_the_built_in_pack_is_found_once_though_it_is_an_entry_point_too(tmp_path: Path) -> None:
    install(tmp_path, "statefence", "[statefence.rules]\nstatefence = statefence_rules\n")
    install(tmp_path, "acme", "[statefence.rules]\nacme = acme_rules\n")
    assert third_party_packs([str(tmp_path)]) == ("acme_rules",)


@pytest.mark.parametrize("given", ["SF101", "sf101", "partial-spawn-env"])
def test_a_rule_is_found_by_code_or_name(given: str) -> None:
    assert find(given, rules()).code == "SF101"


def test_an_unknown_rule_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="SF999"):
        find("SF999", rules())


def test_without_other_packs_the_costly_metadata_machinery_is_not_loaded() -> None:
    code = "import sys; from statefence.registry import rules; rules(); print('importlib.metadata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
