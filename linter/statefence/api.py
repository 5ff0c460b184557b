"""Everything a rule needs: the only module of statefence that a rule pack imports. Kept stable between releases.

A rule is a module with a docstring and a `RULE`; `rules/README.md` shows one. What a check is given is a `Module` (its
spawns, opens, statements and environment reads, already resolved), the `Project` and the `Policy`.
"""

from statefence.callees import SPAWNERS, Effect, Given
from statefence.callees import Spawner as KnownSpawner
from statefence.migrations.addition import down_edits, registration
from statefence.migrations.bookkeeping import lists_migrations
from statefence.migrations.drift import drifts
from statefence.migrations.files import LOCK_FILE
from statefence.migrations.imports import reaches
from statefence.migrations.indexes import Unindexed, index_edits, unindexed
from statefence.migrations.lock import parse_lock
from statefence.migrations.model import History, Migration, Registry
from statefence.migrations.model import Shape as MigrationShape
from statefence.migrations.moving import moved, owner_of
from statefence.migrations.rehearse import Rehearsal, Trial, rehearsed, siblings
from statefence.migrations.sandbox import Ending
from statefence.model import (
    AddArgument,
    AddElement,
    AddItem,
    Answer,
    CreateFile,
    Edit,
    FileHit,
    Hit,
    Import,
    InFile,
    InsertStatement,
    InsertText,
    LocalEdit,
    Place,
    RemoveStatement,
    RemoveSuppression,
    ReplaceExpression,
    Safety,
    Severity,
    Span,
    Step,
)
from statefence.module_names import is_test_file
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
    Write,
)
from statefence.repository import Place as StorePlace
from statefence.repository import Repository
from statefence.rule import Bad, Check, Files, Good, ProjectCheck, RepositoryCheck, Rule
from statefence.sql import HoleRole, Kind, Touch, Use, hole_roles, markers, uses
from statefence.template import Glob, Piece, Segment, Symbol, SymbolKind, Template, Text, match
from statefence.template.build import substitute

__all__ = [
    "LOCK_FILE",
    "SPAWNERS",
    "AddArgument",
    "AddElement",
    "AddItem",
    "Anchor",
    "Answer",
    "Bad",
    "Check",
    "CreateFile",
    "Edit",
    "Effect",
    "Ending",
    "EnvKind",
    "EnvRead",
    "Environment",
    "FileHit",
    "Files",
    "Forbidden",
    "Given",
    "Glob",
    "Good",
    "History",
    "Hit",
    "HoleRole",
    "Import",
    "InFile",
    "InsertStatement",
    "InsertText",
    "Kind",
    "KnownSpawner",
    "LocalEdit",
    "Migration",
    "MigrationShape",
    "Mode",
    "Module",
    "Open",
    "PathKind",
    "Piece",
    "Place",
    "Policy",
    "Project",
    "ProjectCheck",
    "Registry",
    "Rehearsal",
    "RemoveStatement",
    "RemoveSuppression",
    "ReplaceExpression",
    "Repository",
    "RepositoryCheck",
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
    "StorePlace",
    "Symbol",
    "SymbolKind",
    "Target",
    "Template",
    "Text",
    "Touch",
    "Trial",
    "Unindexed",
    "Use",
    "Variable",
    "Write",
    "down_edits",
    "drifts",
    "hole_roles",
    "index_edits",
    "is_test_file",
    "lists_migrations",
    "markers",
    "match",
    "matches_module",
    "moved",
    "owner_of",
    "parse_lock",
    "reaches",
    "registration",
    "rehearsed",
    "siblings",
    "substitute",
    "unindexed",
    "uses",
]
