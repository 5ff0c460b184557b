"""Which rules run: codes and their prefixes, as `--select` and `--ignore` give them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from statefence.errors import UsageError
from statefence.registry import LoadedRule

ALL = "ALL"


def selected(
    rules: Sequence[LoadedRule], select: Iterable[str] | None, ignore: Iterable[str] | None
) -> tuple[LoadedRule, ...]:
    """The rules whose code begins with one of `select` (None: all) and with none of `ignore`; `ALL` means every rule.

    Raises:
        UsageError: a code that no rule's begins with.
    """
    codes = [rule.code for rule in rules]
    wanted = _prefixes(select, codes) if select is not None else ("",)
    unwanted = _prefixes(ignore or (), codes)
    return tuple(rule for rule in rules if rule.code.startswith(wanted) and not rule.code.startswith(unwanted))


def _prefixes(given: Iterable[str], codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(_prefix(code, codes) for code in given)


def _prefix(given: str, codes: Sequence[str]) -> str:
    prefix = "" if given.upper() == ALL else given.upper()
    if not any(code.startswith(prefix) for code in codes):
        raise UsageError(unknown_code(given, codes))
    return prefix


def unknown_code(given: str, codes: Iterable[str]) -> str:
    """The sentence that says that no rule has this code, and which one may be meant."""
    from difflib import get_close_matches

    close = get_close_matches(given.upper(), codes, n=1)
    way_out = f"did you mean {close[0]}?" if close else "`statefence rules` lists them all"
    return f"unknown rule code {given!r}: {way_out}"
