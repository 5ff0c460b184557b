"""Spawners that the policy declares, since the analysis cannot see through them."""

from __future__ import annotations

import pytest

from .programs import Files, expected, spawns

POLICY = """
[spawners]
"acme.procs:launch" = { env = "extra_env", merge = "adds" }
"acme.procs:start" = { env = "block", merge = "replaces" }
"vendor.tools:spawn" = { env = "env", merge = "replaces" }
"""

PROCS = """
    import acme_native
    def launch(command, extra_env=None):
        return acme_native.run(command, extra_env)
    def start(command, block):
        return acme_native.run(command, block)
"""

PROGRAMS: dict[str, Files] = {
    "of the project": {
        "acme/__init__.py": "",
        "acme/procs.py": PROCS,
        "acme/app.py": """
            from acme.procs import launch, start
            launch(["a"])  # inherits
            launch(["a"], {"A": "1"})  # full sets=A
            start(["a"], {"A": "1"})  # partial sets=A
            start(["a"], block={})  # empty
        """,
    },
    "of a library": {
        "app.py": """
            from vendor import tools
            tools.spawn(["a"], env={"A": "1"})  # partial sets=A
            tools.spawn(["a"])  # inherits
        """,
    },
    "behind a wrapper": {
        "acme/__init__.py": "",
        "acme/procs.py": PROCS,
        "acme/app.py": """
            from acme import procs
            def helper(command, env):
                procs.start(command, env)  # passthrough
            helper(["a"], {"A": "1"})  # partial sets=A
        """,
    },
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_declared_spawner_is_taken_at_its_word(name: str) -> None:
    assert spawns(PROGRAMS[name], POLICY) == expected(PROGRAMS[name])
