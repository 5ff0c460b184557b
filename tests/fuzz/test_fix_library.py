"""Real code: adding an argument to calls of the standard library gives the expected syntax tree, or is refused."""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from itertools import islice
from pathlib import Path

import pytest
from tests.linter.fix.helpers import span_of

from statefence.fix import Applied, Refused, apply
from statefence.model import AddArgument, Edit, Import, InsertStatement

LIBRARY = Path(sysconfig.get_path("stdlib"))
SAMPLE = 300
BATCHES = 10
LARGEST = 40_000


def sample() -> list[Path]:
    """The same 300 files in every process: smaller ones of the standard library, deliberately broken ones included."""
    found = sorted(path for path in LIBRARY.rglob("*.py") if "site-packages" not in path.parts)
    found = [path for path in found if path.stat().st_size < LARGEST]
    return random.Random(300).sample(found, SAMPLE)


def parsed(data: bytes) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError):
            return None


def first_calls(tree: ast.Module) -> list[ast.Call]:
    return list(islice((node for node in ast.walk(tree) if isinstance(node, ast.Call)), 10))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_an_argument_is_added_or_refused(batch: int) -> None:
    applied = 0
    for path in sample()[batch::BATCHES]:
        data = path.read_bytes()
        tree = parsed(data)
        if tree is None:
            continue
        calls = first_calls(tree)
        groups: list[tuple[Edit, ...]] = [(AddArgument(span_of(call), "statefence", "1"),) for call in calls]
        result = apply(data, groups)
        if isinstance(result, Refused):
            assert "libcst" in result.reason, path
            continue
        for call, refusal in zip(calls, result.refusals, strict=True):
            assert refusal in {None, "it is inside an f-string", "no expression stands exactly there"}, path
            if refusal is None:
                call.keywords.append(ast.keyword("statefence", ast.Constant(1)))
                applied += 1
        after = parsed(result.data)
        assert after is not None
        assert ast.dump(after) == ast.dump(tree), path
    assert applied > 100


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_statement_and_an_import_are_inserted_or_refused(batch: int) -> None:
    applied = 0
    for path in sample()[batch::BATCHES][:10]:
        data = path.read_bytes()
        tree = parsed(data)
        calls = first_calls(tree) if tree else []
        if tree is None or not calls:
            continue
        edit = InsertStatement(span_of(calls[-1]), "statefence()", imports=(Import("statefence"),))
        result = apply(data, [(edit,)])
        if isinstance(result, Refused) or result.refusals[0] is not None:
            continue
        after = parsed(result.data)
        assert after is not None
        new = [
            node
            for node in ast.walk(after)
            if isinstance(node, ast.Expr | ast.Import) and "statefence" in ast.unparse(node)
        ]
        assert len(new) == 2
        compile(after, path, "exec")
        assert isinstance(result, Applied)
        assert len(list(ast.walk(after))) == len(list(ast.walk(tree))) + 6
        applied += 1
    assert applied
