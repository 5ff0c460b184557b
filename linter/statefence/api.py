"""Everything a rule needs: the only module of statefence that a rule pack imports. Kept stable between releases.

A rule is a module with a docstring and a `RULE`; `rules/README.md` shows one. What a check is given is a `Module` (its
spawns, opens, statements and environment reads, already resolved), the `Project` and the `Policy`.
"""

from statefence.callees import SPAWNERS, Given
from statefence.callees import Spawner as KnownSpawner
from statefence.model import (
    AddArgument,
    AddItem,
    Answer,
    Edit,
    Hit,
    Import,
    InsertStatement,
    Place,
    RemoveSuppression,
    ReplaceExpression,
    Safety,
    Severity,
    Span,
    Step,
)
from statefence.policy import Forbidden, Policy, Spawner, Store, StoreKind, Variable
from statefence.policy.globs import matches_module
from statefence.project import Module, Project
from statefence.project.sites import (
    Anchor,
    Environment,
    EnvKind,
    EnvRead,
    Mode,
    Open,
    PathKind,
    Spawn,
    Statement,
    Target,
)
from statefence.rule import Bad, Check, Files, Good, Rule
from statefence.sql import HoleRole, Kind, Touch, Use, hole_roles, markers, uses
from statefence.template import Glob, Piece, Segment, Symbol, SymbolKind, Template, Text, match
from statefence.template.build import substitute

__all__ = [
    "SPAWNERS",
    "AddArgument",
    "AddItem",
    "Anchor",
    "Answer",
    "Bad",
    "Check",
    "Edit",
    "EnvKind",
    "EnvRead",
    "Environment",
    "Files",
    "Forbidden",
    "Given",
    "Glob",
    "Good",
    "Hit",
    "HoleRole",
    "Import",
    "InsertStatement",
    "Kind",
    "KnownSpawner",
    "Mode",
    "Module",
    "Open",
    "PathKind",
    "Piece",
    "Place",
    "Policy",
    "Project",
    "RemoveSuppression",
    "ReplaceExpression",
    "Rule",
    "Safety",
    "Segment",
    "Severity",
    "Span",
    "Spawn",
    "Spawner",
    "Statement",
    "Step",
    "Store",
    "StoreKind",
    "Symbol",
    "SymbolKind",
    "Target",
    "Template",
    "Text",
    "Touch",
    "Use",
    "Variable",
    "hole_roles",
    "markers",
    "match",
    "matches_module",
    "substitute",
    "uses",
]
