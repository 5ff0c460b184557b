"""What a rule is: a value with its documentation, its check and its cases. Types only; nothing is registered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from statefence.model import FileHit, Hit, Safety, Severity

if TYPE_CHECKING:
    from statefence.policy import Policy
    from statefence.project import Module, Project
    from statefence.repository import Repository

Check = Callable[["Module", "Project", "Policy"], Iterator[Hit]]
ProjectCheck = Callable[["Project", "Policy"], Iterator[FileHit]]
RepositoryCheck = Callable[["Repository", "Policy"], Iterator[FileHit]]
Files = str | Mapping[str, str]


class Good(Struct, frozen=True):
    """Code in which the rule must find nothing.

    Attributes:
        files: one module's text, which is then `app.py`, or texts by path; indentation they all share is removed.
        policy: the policy it is checked under, as TOML, without the `[tool.statefence]` prefix.
    """

    title: str
    files: Files
    policy: str = ""


class Bad(Struct, frozen=True):
    """Code in which the rule must find exactly the lines marked `# error`, one finding per marker.

    A marker may quote a part of the message, `# error: holds only A`; a line may carry several.

    Attributes:
        files: as in `Good`.
        fixed: the texts after every fix the rule offers, safe and unsafe; of several files only those that change.
            What the rule must still find is marked `# error` there. None when it offers no fix.
        policy: as in `Good`.
    """

    title: str
    files: Files
    fixed: Files | None = None
    policy: str = ""


class Rule(Struct, frozen=True):
    """A rule. Its name is its module's, with hyphens; its documentation is the module's docstring.

    Attributes:
        check: from one module, the project and the policy to the hits in that module; pure.
        check_project: from the project and the policy to hits in any of its files, those that are not Python too; pure.
        check_repository: from what git knows and the policy to hits in any file; pure. Without a rule that has it, git
            is not asked. A rule has at least one of the three checks.
        fix: the safety of the edits its hits carry unless a hit says otherwise; NONE when they never carry any.
        since: the first release that has it.
    """

    code: str
    cases: tuple[Good | Bad, ...]
    check: Check | None = None
    check_project: ProjectCheck | None = None
    check_repository: RepositoryCheck | None = None
    fix: Safety = Safety.NONE
    severity: Severity = Severity.ERROR
    since: str = "0.1"
