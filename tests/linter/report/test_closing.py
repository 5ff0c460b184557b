from __future__ import annotations

from msgspec.structs import replace

from statefence.engine import Report
from statefence.model import Finding, Safety, Skipped
from statefence.report.closing import closing


def test_everything_is_counted(report: Report) -> None:
    assert closing(report) == (
        "2 findings (1 fixable with --fix): 2 files analysed, 1 skipped (b.py: binary); 3 sites resolved, 1 unresolved."
    )


def test_a_clean_run_says_what_it_looked_at(clean: Report) -> None:
    assert closing(clean) == "No findings: 2 files analysed, 0 skipped; 3 sites resolved, 0 unresolved."


def test_fixes_that_need_consent_are_counted_apart(report: Report, finding: Finding) -> None:
    unsafe = replace(finding, fix=Safety.UNSAFE)
    both = replace(report, findings=(finding, unsafe, unsafe))
    assert "(1 fixable with --fix, 2 more with --unsafe-fixes)" in closing(both)
    assert "(2 fixable with --unsafe-fixes)" in closing(replace(report, findings=(unsafe, unsafe)))


def test_what_fixing_left_is_not_offered_again(report: Report) -> None:
    assert closing(report, fixed=True).startswith("2 findings: ")


def test_many_skipped_places_are_cut_short_and_counted(clean: Report) -> None:
    skipped = tuple(Skipped(f"{number}.py", "binary") for number in range(8))
    line = closing(replace(clean, skipped=skipped))
    assert "8 skipped (0.py: binary; 1.py: binary; " in line
    assert line.count("binary") == 5
    assert "; and 3 more)" in line
