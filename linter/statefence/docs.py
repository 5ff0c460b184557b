"""The documentation of rules, made from what they are made of: the docstring, and the first bad and good case.

python -m statefence.docs --check    is the rule table in rules/README.md the one the rules give?
python -m statefence.docs --write    rewrite it
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from statefence.cases import annotated, unindented
from statefence.errors import StatefenceError, UsageError
from statefence.model import Safety
from statefence.registry import LoadedRule, rules
from statefence.rule import Bad, Files, Good

HEADINGS = ("What it finds", "Why is this bad?", "Example", "Fix safety", "Options")
"""The sections of a rule's documentation, in order; `Fix safety` is there exactly when the rule has a fix."""

BEGIN = "<!-- begin: rules, by `python -m statefence.docs --write` -->"
END = "<!-- end: rules -->"
_README = Path("rules", "README.md")
_REPAIR = {
    Safety.SAFE: "It is repaired by `--fix`.",
    Safety.UNSAFE: "It is repaired by `--fix --unsafe-fixes`.",
    Safety.NONE: "It has no automatic repair.",
}


def page(rule: LoadedRule) -> str:
    """The rule's page as Markdown: its documentation with the first bad and good case under `Example`."""
    sections = dict(sections_of(rule.documentation))
    lines = [
        f"# {rule.name} ({rule.code})",
        "",
        f"{rule.summary}.",
        "",
        f"{_REPAIR[rule.rule.fix]} Since {rule.rule.since}.",
    ]
    for heading, body in sections.items():
        lines += ["", f"## {heading}", "", body]
        if heading == "Example":
            lines += _example(rule)
    return "\n".join(lines) + "\n"


def sections_of(documentation: str) -> Iterator[tuple[str, str]]:
    """The headings of a docstring's `##` sections with their text, in order."""
    for section in documentation.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        yield heading.strip(), body.strip()


def table(every: Iterable[LoadedRule]) -> str:
    """The rules as a Markdown table."""
    rows = (f"| {rule.code} | {rule.name} | {rule.summary} | {rule.rule.fix} |" for rule in every)
    return "\n".join(["| code | name | finds | fix |", "|---|---|---|---|", *rows])


def with_table(readme: str, every: Iterable[LoadedRule]) -> str:
    """The text with the table between its two markers replaced; raises UsageError when it has no markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"{_README}: the table needs a line `{BEGIN}` before it and `{END}` after it")
    return f"{before}{BEGIN}\n\n{table(every)}\n\n{END}{after}"


def _example(rule: LoadedRule) -> Iterator[str]:
    bad = next((case for case in rule.rule.cases if isinstance(case, Bad)), None)
    good = next((case for case in rule.rule.cases if isinstance(case, Good)), None)
    if bad is not None:
        yield from _block("toml", "", unindented(bad.policy))
        yield from _blocks(bad.files, rule.code)
        if bad.fixed is not None:
            yield from ("", "The fix makes of it:")
            yield from _blocks(bad.fixed, rule.code)
    if good is not None:
        yield from ("", "Nothing is found in:")
        yield from _blocks(good.files, rule.code)


def _blocks(files: Files, code: str) -> Iterator[str]:
    named = {"": files} if isinstance(files, str) else files
    for path, text in named.items():
        yield from _block("sql" if path.endswith(".sql") else "python", path, annotated(text, code))


def _block(language: str, path: str, text: str) -> Iterator[str]:
    """A fenced block, with the file's name as a comment above; nothing for an empty text."""
    body = text.strip("\n")
    if body:
        title = [f"{'--' if language == 'sql' else '#'} {path}"] if path else []
        yield from ("", f"```{language}", *title, body, "```")


def main(arguments: Sequence[str]) -> None:
    """Check or rewrite the table of the checkout in the working directory.

    Raises UsageError when the table is not up to date, outside a checkout, and for other arguments.
    """
    if list(arguments) not in (["--check"], ["--write"]):
        raise UsageError("say `python -m statefence.docs --check` or `--write`")
    if not _README.is_file():
        raise UsageError(f"{_README}: not here: run this from the root of a checkout")
    present = _README.read_text(encoding="utf-8")
    wanted = with_table(present, rules())
    if arguments[0] == "--write":
        _README.write_text(wanted, encoding="utf-8")
    elif present != wanted:
        raise UsageError(f"{_README}: the rule table is not up to date: run `python -m statefence.docs --write`")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except StatefenceError as error:
        sys.exit(str(error))
