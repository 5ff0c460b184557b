"""Alternatives: which combinations are looked at, and what is said of those that are not."""

from .programs import analysed, expected, spawns

TWO = """
    import os, subprocess
    def start(clean=False, path=False):
        env = dict(os.environ)
        if clean:
            env = {}
        if path:
            env["A"] = "1"
        subprocess.run(["a"], env=env)  # full | empty | partial
"""

ONE_OF_TWO = """
    import os, subprocess
    def start(mode="wide"):
        env = dict(os.environ)
        if mode == "clean":
            env = {}
        if mode == "path":
            env["A"] = "1"
        subprocess.run(["a"], env=env)  # full | empty
"""


def test_two_flags_are_flipped_together() -> None:
    assert spawns(TWO) == expected(TWO)


def test_a_parameter_equals_one_thing_at_a_time() -> None:
    assert spawns(ONE_OF_TWO) == expected(ONE_OF_TWO)


def test_alternatives_beyond_the_bound_are_one_that_is_unknown() -> None:
    changes = "".join(f"    if flag{number}:\n        env.pop('A{number}', None)\n" for number in range(30))
    flags = ", ".join(f"flag{number}=False" for number in range(30))
    program = f"import os, subprocess\ndef start({flags}):\n    env = dict(os.environ)\n{changes}"
    (spawn,) = analysed(f"{program}    subprocess.run(['a'], env=env)\n").spawns_by_path["app.py"]
    kinds = [environment.kind.value for environment in spawn.environments]
    assert (kinds[0], kinds[-1]) == ("full", "unknown")
    assert spawn.environments[-1].reason == "more than 24 alternatives"


def test_ways_beyond_the_bound_are_one_that_is_unknown() -> None:
    calls = "".join(f"    launch(dict(env, A{number}='1'))\n" for number in range(9))
    launch = "import subprocess\ndef launch(env):\n    subprocess.run(['a'], env=env)\n"
    program = f"{launch}def start(env):\n{calls}start({{}})\n"
    spawn = analysed(program).spawns_by_path["app.py"][-1]
    assert spawn.api == "start"
    assert len(spawn.environments) == 7
    assert spawn.environments[-1].reason == "more than 6 ways lead from here"
