"""Commands that libraries make of names: what their children inherit, and what they are handed."""

from __future__ import annotations

import pytest

from .programs import Files, analysed, expected, spawns

PROGRAMS: dict[str, str | Files] = {
    "a command that is imported": """
        from sh import git
        git("status")  # inherits
        git("status", _env={"A": "1"})  # partial sets=A
        git("status", _env={})  # empty
        git("status", _env=None)  # inherits
    """,
    "a command of the module": """
        import os, sh
        sh.git("status", _env={**os.environ, "A": "1"})  # full sets=A
        sh.contrib.git("status", _env=os.environ)  # full
    """,
    "a command made by name": """
        import sh
        tool = sh.Command("/opt/tool")
        tool("-v", _env={"A": "1"})  # partial sets=A
        sh.Command("tool")()  # inherits
    """,
    "what is baked is handed over, unless the call says otherwise": """
        from sh import git
        quiet = git.bake("-q", _env={"A": "1"})
        quiet("status")  # partial sets=A
        quiet.bake("-v").log()  # partial sets=A
        quiet("status", _env={"B": "1"})  # partial sets=B
        quiet("status", _env=None)  # inherits
    """,
    "sub-commands are attributes": """
        import sh
        sh.git.remote.show("origin", _env={"A": "1"})  # partial sets=A
        log = sh.git.log
        log("-1")  # inherits
    """,
    "a library told something": """
        import sh
        shell = sh.bake(_env={"A": "1"})
        shell.ls()  # partial sets=A
        shell.ls(_env=None)  # inherits
        old = sh(_env={"B": "1"})
        old.git.status()  # partial sets=B
    """,
    "what of the library is no command": """
        import sh
        sh.glob("*.txt")
        sh.which("ls")
        with sh.pushd("/tmp"):
            sh.ls()  # inherits
        try:
            sh.ls("-x")  # inherits
        except sh.ErrorReturnCode_1:
            raise sh.TimeoutException(1, "ls")
    """,
    "a command to run others by starts none": """
        import sh
        with sh.sudo(_with=True):
            sh.ls("/root")  # inherits
    """,
    "what is done to the process's own block": """
        import os, sh
        os.environ.pop("A", None)
        sh.ls()  # inherits drops=A
    """,
    "a command under a name of a module, used from another": {
        "tools.py": """
            from sh import git as _git
            git = _git.bake(_env={"A": "1"})
        """,
        "app.py": """
            from tools import git
            def status():
                return git("status")  # partial sets=A
        """,
    },
    "a function that takes the block": """
        import sh
        def status(env=None):
            return sh.git("status", _env=env)  # passthrough | inherits
        status({"A": "1"})  # partial sets=A
        status()  # inherits
    """,
    "a project's own module of that name": {
        "pkg/__init__.py": "",
        "pkg/sh.py": "def git(*arguments):\n    return arguments\n",
        "pkg/app.py": """
            from . import sh
            sh.git("status")
        """,
    },
    "local commands": """
        from plumbum import local
        local["ls"]("-a")  # inherits
        local["ls"]["-a"]()  # inherits
        local.cmd.ls("-a")  # inherits
        local.get("gls", "ls")()  # inherits
    """,
    "imported ones": """
        from plumbum.cmd import git
        import plumbum.cmd
        git["status"]()  # inherits
        plumbum.cmd.ls()  # inherits
    """,
    "a block is added to the library's": """
        from plumbum import local
        ls = local["ls"]
        ls.run(["-a"], env={"A": "1"})  # full sets=A
        ls.popen(env={"A": "1"})  # full sets=A
        ls("-a", env=None)  # inherits
        ls("-a", env={})  # full
    """,
    "variables that a command is told": """
        from plumbum.cmd import make
        told = make.with_env(A="1")
        told("all")  # full sets=A
        told.with_env(B="1")["all"].run()  # full sets=A,B
        told.setenv(B="1").with_cwd("/tmp")("all", env={"C": "1"})  # full sets=A,B,C
        told("all", env=None)  # full sets=A
    """,
    "modifiers run what stands to their left": """
        from plumbum import local, FG, BG
        from plumbum.commands.modifiers import TF
        ls = local["ls"]
        ls & FG  # inherits
        ls["-a"] & BG(retcode=None)  # inherits
        found = ls.with_env(A="1") & TF  # full sets=A
    """,
    "pipelines run all their commands": """
        from plumbum.cmd import ls, grep
        (ls["-a"] | grep["py"].with_env(A="1"))()  # inherits | full
    """,
    "redirected ones": """
        from plumbum.cmd import ls, cat, wc
        (ls["-a"] > "/tmp/files")()  # inherits
        (cat << "text")()  # inherits
        ((cat < "/tmp/files") | wc["-l"])()  # inherits
    """,
    "the library's own block": """
        import os
        from plumbum import local
        from plumbum.cmd import ls
        os.environ.pop("A", None)
        ls()  # inherits
        with local.env(B="1"):
            del local.env["C"]
            ls()  # inherits drops=C
        ls()  # inherits
        local.env.pop("D")
        ls()  # inherits drops=D
    """,
    "another child is handed the library's own block": """
        import subprocess
        from plumbum import local
        subprocess.run(["a"], env=dict(local.env, A="1"))  # full sets=A
    """,
    "in a class": """
        import sh
        class Repository:
            def __init__(self, path):
                self.git = sh.git.bake("-C", path, _env={"A": "1"})
            def log(self):
                return self.git.log("-1")  # partial sets=A
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_command_is_a_spawn_where_it_is_run(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])


def test_the_program_is_what_the_command_is_named_by() -> None:
    program = """
        import sh
        from plumbum import local
        sh.apt_get("update")
        sh.Command("/opt/tool")("-v")
        local["git"]["status"]()
        local.cmd.ls()
    """
    found = analysed(program).spawns_by_path["app.py"]
    assert [spawn.program for spawn in found] == ["apt-get", "/opt/tool", "git", "ls"]
