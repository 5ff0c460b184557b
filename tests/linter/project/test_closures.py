"""What inner functions do to the variables of the functions around them, and functions to those of their module."""

import pytest

from .programs import expected, spawns

PROGRAMS = {
    "an inner function clears the block": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def scrub():
                env.clear()
            scrub()
            subprocess.run(["a"], env=env)  # empty
    """,
    "an inner function is not called": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def scrub():
                env.clear()
            subprocess.run(["a"], env=env)  # full
    """,
    "an inner function is called afterwards": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def scrub():
                env.pop("A", None)
            subprocess.run(["a"], env=env)  # full
            scrub()
            subprocess.run(["a"], env=env)  # filtered drops=A
    """,
    "an inner function assigns the outer name": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def scrub():
                nonlocal env
                env = {"A": "1"}
            scrub()
            subprocess.run(["a"], env=env)  # partial sets=A
    """,
    "an inner function with a name of its own": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def scrub():
                env = {}
                env.clear()
            scrub()
            subprocess.run(["a"], env=env)  # full
    """,
    "an inner function with a parameter": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def drop(name):
                env.pop(name, None)
            drop("A")
            drop("B")
            subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "an inner function within an inner function": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def middle():
                def inner():
                    env.clear()
                inner()
            middle()
            subprocess.run(["a"], env=env)  # empty
    """,
    "an inner function calls another": """
        import os, subprocess
        def start():
            env = dict(os.environ)
            def one():
                env.pop("A", None)
            def two():
                one()
                env["B"] = "1"
            two()
            subprocess.run(["a"], env=env)  # filtered sets=B drops=A
    """,
    "an inner function under a flag": """
        import os, subprocess
        def start(clean=False):
            env = dict(os.environ)
            def scrub():
                if clean:
                    env.clear()
            scrub()
            subprocess.run(["a"], env=env)  # full | empty
    """,
    "an inner function that may be called by another": """
        import os, subprocess
        def start(run):
            env = dict(os.environ)
            def scrub():
                env.pop("A", None)
            run(scrub)
            subprocess.run(["a"], env=env)  # full | filtered
    """,
    "a function changes the block of its module": """
        import os, subprocess
        ENV = dict(os.environ)
        def scrub():
            ENV.clear()
        scrub()
        subprocess.run(["a"], env=ENV)  # empty
    """,
    "a function that returns early leaves both": """
        import os, subprocess
        def scrub(env, clean=False):
            if clean:
                env.clear()
                return
            env["A"] = "1"
        def start():
            env = dict(os.environ)
            scrub(env)
            subprocess.run(["a"], env=env)  # full sets=A
            scrub(env, clean=True)
            subprocess.run(["a"], env=env)  # empty
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_variable_is_changed_by_whoever_sees_it(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])
