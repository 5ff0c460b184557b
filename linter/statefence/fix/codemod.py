"""A rule's fix as a libcst codemod, for projects that already run their code changes through libcst."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodCommand, SkipFile

from statefence.engine import check
from statefence.fix.driver import Outcome, fix_project
from statefence.fix.files import local
from statefence.model import Finding
from statefence.policy import Policy
from statefence.policy.load import find, load
from statefence.registry import LoadedRule


class RuleCommand(CodemodCommand):
    """Applies one rule's fixes, safe and unsafe, to one file of the project that the file lies in."""

    CODE = ""

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The module after the rule's fixes, with a warning for each refused; raises SkipFile outside any project."""
        if self.context.filename is None:
            raise SkipFile("a fix needs to know where in its project the file is")
        path = Path(self.context.filename).resolve()
        source = find(path.parent)
        if source is None:
            raise SkipFile("no directory above the file has a policy")
        policy = load(source)
        outcome = fixed(policy, path.relative_to(policy.root).as_posix(), tree.bytes, self.CODE)
        for refusal in outcome.refused:
            self.warn(f"line {refusal.finding.place.span.line}: {refusal.reason}")
        return cst.parse_module(outcome.files[0].after) if outcome.files else tree


def fixed(policy: Policy, path: str, data: bytes, code: str) -> Outcome:
    """What fixing the findings of one rule in one file comes to, verified against the whole project.

    A fix that changes other files too is left out: a codemod is given one.
    """

    def analyse(contents: Mapping[str, bytes]) -> tuple[Finding, ...]:
        return check(policy, overrides={path: data, **contents}).findings

    def is_chosen(finding: Finding) -> bool:
        return finding.place.path == path and finding.code == code and len(local(finding.edits)) == len(finding.edits)

    return fix_project({path: data}.get, analyse, unsafe=True, chosen=is_chosen)


def command_for(rule: LoadedRule, module: str, name: str) -> type[RuleCommand]:
    """The codemod of a rule, as the class `name` of `module`, where other processes find it again."""
    members = {"CODE": rule.code, "DESCRIPTION": rule.summary, "__module__": module, "__doc__": rule.documentation}
    return type(name, (RuleCommand,), members)
