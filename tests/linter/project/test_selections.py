"""Blocks that are made of another by conditions on names, in whatever form they are written."""

from __future__ import annotations

import pytest

from statefence.model import Answer

from .programs import analysed

ALLOW = [
    'dict(filter(lambda kv: kv[0] in ("A", "PATH"), os.environ.items()))',
    "dict(filter(listed, os.environ.items()))",
    'dict(itertools.filterfalse(lambda kv: kv[0] not in ("A", "PATH"), os.environ.items()))',
    "{i[0]: i[1] for i in os.environ.items() if i[0] in KEPT}",
    "{k: v for k, v in os.environ.items() if k in KEPT and v}",
    '{k: v for k, v in os.environ.items() if k in KEPT if k != "HOME"}',
    '{k: v for k, v in os.environ.items() if not (k not in KEPT or k == "HOME")}',
    '{k: v for k, v in os.environ.items() if k == "A" or k == "PATH"}',
]
DENY = [
    'dict(filter(lambda kv: kv[0] != "B", os.environ.items()))',
    'dict(filter(lambda kv: not kv[0].startswith(("B", "X_")), os.environ.items()))',
    'dict(itertools.filterfalse(lambda item: item[0] == "B", os.environ.items()))',
    '{k: v for k, v in os.environ.items() if k not in ("B", "C") and not k.startswith("X_")}',
    '{k: v for k, v in os.environ.items() if not (k == "B" or k == "C")}',
    '{k: v for k, v in os.environ.items() if all(not k.startswith(p) for p in ("B", "X_"))}',
    '{k: v for k, v in os.environ.items() if not any(k.startswith(p) for p in ("B", "X_"))}',
]
WHOLE = [
    "dict(filter(None, os.environ.items()))",
    "dict(filter(lambda kv: kv[1] is not None, os.environ.items()))",
    "dict(zip(os.environ.keys(), os.environ.values()))",
    'dict(os.environ.items() | {"C": "1"}.items())',
    '{k: v for block in (os.environ, {"C": "1"}) for k, v in block.items()}',
    '{k: v for k, v in os.environ.items() if k != "B" or k != "C"}',
]
OPEN = [
    "dict(filter(unknown, os.environ.items()))",
    "dict(filter(lambda kv: unknown(kv), os.environ.items()))",
    'dict(filter(lambda kv: "SECRET" not in kv[0], os.environ.items()))',
    "{i[0]: i[1] for i in os.environ.items() if unknown(*i)}",
    '{k: v for k, v in os.environ.items() if k != "B" or unknown(v)}',
    "{k: v for block in (os.environ, {}) for k, v in block.items() if unknown(k)}",
    '{k: v for k, v in os.environ.items() if all(k.startswith(p) for p in ("A", "AB"))}',
    '{k: v for k, v in os.environ.items() if any(p.startswith(k) for p in ("A", "B"))}',
    'dict(zip(os.environ.keys(), {"A": "1"}.values()))',
]


def carried(env: str) -> tuple[Answer, Answer]:
    """Whether a child gets A, and B, of its parent."""
    program = f"""
        import itertools, os, subprocess
        from elsewhere import unknown
        KEPT = ("A", "PATH")
        def listed(pair):
            return pair[0] in KEPT
        subprocess.run(["a"], env={env})
    """
    ((spawn,),) = analysed(program).spawns_by_path.values()
    return spawn.environments[0].carries("A"), spawn.environments[0].carries("B")


@pytest.mark.parametrize("env", [*ALLOW, *DENY])
def test_what_conditions_take_away_is_gone_and_the_rest_is_there(env: str) -> None:
    assert carried(env) == (Answer.YES, Answer.NO)


@pytest.mark.parametrize("env", WHOLE)
def test_what_takes_nothing_away_leaves_all(env: str) -> None:
    assert carried(env) == (Answer.YES, Answer.YES)


@pytest.mark.parametrize("env", OPEN)
def test_what_cannot_be_known_is_neither_there_nor_gone(env: str) -> None:
    assert Answer.UNKNOWN in carried(env)
