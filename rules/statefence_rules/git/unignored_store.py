"""A store lies in the repository, and nothing keeps git from tracking it.

## What it finds
Stores of the policy whose path lies in the project (below `{repo}` or `{cwd}`, by the default of a variable, or as an
absolute path) and that no `.gitignore`, `.git/info/exclude` or global rule covers, as `git check-ignore` sees it.
Stores whose place only the environment decides are not reported.

## Why is this bad?
The next `git add .` commits what users have written. From then on, it is in the history of every clone.

## Example
The database is made beside the code, and `.gitignore` does not know it.

## Fix safety
Safe: the narrowest line that covers the store is added to the project's `.gitignore`, which is made when there is none.
Files that git tracks already stay tracked; SF601 reports them.

## Options
`stores.NAME.path` says where stores lie.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.api import (
    Bad,
    CreateFile,
    Edit,
    FileHit,
    Good,
    Hit,
    InFile,
    InsertText,
    Policy,
    Repository,
    Rule,
    Safety,
    Span,
    StorePlace,
)

_IGNORE_FILE = ".gitignore"


def check(repository: Repository, policy: Policy) -> Iterator[FileHit]:
    """Report each store in the project that git would take, at its path in the policy."""
    for place in repository.unignored:
        line = policy.lines.get(f"stores.{place.store}.path", 1)
        message = f"{place.store} lies in the repository, and no .gitignore covers {place.line}"
        if policy.source is not None:
            yield FileHit(policy.source, Hit(Span(line, 0, line, 0), message, edits=_ignored(repository, place)))


def _ignored(repository: Repository, place: StorePlace) -> tuple[Edit, ...]:
    """One line more in the root's own file of rules."""
    text = repository.ignore_file
    if text is None:
        return (CreateFile(_IGNORE_FILE, f"{place.line}\n"),)
    lines = text.split("\n")
    end = Span(len(lines), 0, len(lines), len(lines[-1].encode(errors="surrogateescape")))
    ended = "" if not lines[-1] else "\n"
    return (InFile(_IGNORE_FILE, InsertText(end, f"{ended}{place.line}\n")),)


POLICY = """
    [layers]
    storage = ["app"]

    [stores.chats]
    path = "{env:APP_DATA|{repo}/data}/chats.db"  # error: no .gitignore covers /data/chats.db*
    owners = ["storage"]

    [stores.uploads]
    path = "uploads/{user_id}/**"  # error: uploads lies in the repository
    kind = "tree"
    owners = ["storage"]

    [stores.settings]
    path = "{home}/.app/settings.json"
    kind = "file"
    owners = ["storage"]
"""
REMEDIED = POLICY.replace("  # error: no .gitignore covers /data/chats.db*", "").replace(
    "  # error: uploads lies in the repository", ""
)

RULE = Rule(
    code="SF602",
    check_repository=check,
    fix=Safety.SAFE,
    cases=(
        Bad(
            "no line covers it",
            {"app.py": "import sqlite3\n", "statefence.toml": POLICY, ".gitignore": "*.pyc\n.venv/"},
            fixed={"statefence.toml": REMEDIED, ".gitignore": "*.pyc\n.venv/\n/data/chats.db*\n/uploads/*/\n"},
        ),
        Bad(
            "no file of rules",
            {"app.py": "import sqlite3\n", "statefence.toml": POLICY},
            fixed={"statefence.toml": REMEDIED, ".gitignore": "/data/chats.db*\n/uploads/*/\n"},
        ),
        Bad(
            "a rule that takes it out again",
            {
                "app.py": "import sqlite3\n",
                "statefence.toml": """
                [layers]
                storage = ["app"]
                [stores.chats]
                path = "{repo}/data/chats.db"  # error
                owners = ["storage"]
                """,
                ".gitignore": "*.db\n!/data/chats.db\n",
            },
            fixed={".gitignore": "*.db\n!/data/chats.db\n/data/chats.db*\n"},
        ),
        Good(
            "covered, each in its way",
            {
                "app.py": "import sqlite3\n",
                "statefence.toml": REMEDIED,
                ".gitignore": "*.db\n",
                "uploads/.gitignore": "*\n",
            },
        ),
        Good("a repository without a policy", {"app.py": "import sqlite3\n"}),
    ),
)
