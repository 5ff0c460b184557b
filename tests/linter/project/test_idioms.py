"""The twenty-nine ways in which real projects build environments and database paths, each as a small program."""

import pytest

from .programs import Files, expected, opens, spawns

SPAWNS: dict[str, str | Files] = {
    "01 parameters of an MCP server without env, beside a spawn that means the opposite": """
        import anyio
        from mcp import StdioServerParameters
        parameters = StdioServerParameters(command="server")  # filtered
        async def main():
            await anyio.open_process(["server"])  # inherits
    """,
    "02 a transport that switches from the list to the whole": """
        import os
        from fastmcp.client.transports import StdioTransport
        class Transport(StdioTransport):
            def __init__(self, project=None, env_vars=None):
                env = None
                if env_vars or project:
                    env = os.environ.copy()
                    if env_vars:
                        env.update(env_vars)
                super().__init__(command="uv", args=[], env=env)  # filtered | full
    """,
    "03 twisted means the opposite": """
        import os
        from twisted.internet import reactor
        reactor.spawnProcess(None, "a", ["a"])  # empty
        reactor.spawnProcess(None, "a", ["a"], None)  # inherits
        reactor.spawnProcess(None, "a", ["a"], env=os.environ)  # full
    """,
    "04 the environment by position": """
        import os
        def launch(program, arguments, cwd, env):
            os.execvpe(program, arguments, env)  # passthrough
        launch("a", ["a"], "/", {"A": "1"})  # partial sets=A
    """,
    "05 a wrapper that merges and one that replaces": """
        import os, subprocess
        def merging(command, env):
            subprocess.run(command, env={**os.environ, **env})  # full
        def replacing(command, env):
            subprocess.run(command, env=env)  # passthrough
        merging(["a"], {"A": "1"})  # full sets=A
        replacing(["a"], {"A": "1"})  # partial sets=A
    """,
    "06 a wrapper's parameters of other names": """
        import os, subprocess
        def launch(command, extra_environ=None, unset_environ=()):
            env = dict(os.environ)
            env.update(extra_environ or {})
            for name in unset_environ:
                env.pop(name, None)
            subprocess.run(command, env=env)  # full | filtered
        launch(["a"], extra_environ={"A": "1"})  # full sets=A
        launch(["a"], unset_environ=("B", "C"))  # filtered drops=B,C
    """,
    "07 an update in one branch and the whole environment in the other": """
        import os, subprocess
        def launch(command, env, replace=False):
            if replace:
                block = env
            else:
                block = dict(os.environ)
                block.update(env)
            subprocess.run(command, env=block)  # full | passthrough
        launch(["a"], {"A": "1"})  # full sets=A
        launch(["a"], {"A": "1"}, replace=True)  # partial sets=A
    """,
    "08 a dict that is never filled": """
        import subprocess
        def launch(command):
            env = dict()
            subprocess.run(command, env=env)  # empty
    """,
    "09 the parent wins": """
        import os, subprocess
        subprocess.run(["a"], env={"A": "1", **os.environ})  # full sets=A
        subprocess.run(["a"], env={"A": "1"} | os.environ)  # full sets=A
    """,
    "10 copy.copy is not a copy": """
        import copy, os, subprocess
        env = copy.copy(os.environ)
        env.pop("A", None)
        subprocess.run(["a"], env=env)  # full drops=A
    """,
    "11 comprehensions that drop nothing": """
        import os, subprocess
        subprocess.run(["a"], env={k: v for k, v in os.environ.items() if v is not None})  # full
        subprocess.run(["a"], env={str(k): str(v) for k, v in os.environ.items()})  # full
        subprocess.run(["a"], env={k: v for k, v in os.environ.items() if k.startswith("A")})  # filtered
    """,
    "12 deny-lists": """
        import os, subprocess
        DENIED = {"A"}
        env = {**{k: v for k, v in os.environ.items() if k not in DENIED}, "B": "1"}
        subprocess.run(["a"], env=env)  # filtered sets=B drops=A
        subprocess.run(["a"], env={k: v for k, v in os.environ.items() if not k.startswith(("A_", "B_"))})  # filtered
    """,
    "13 pop in a loop": """
        import os, subprocess
        env = os.environ.copy()
        for name in ("A", "B"):
            env.pop(name, None)
        subprocess.run(["a"], env=env)  # filtered drops=A,B
        for name in [name for name in env if name.startswith("C_")]:
            del env[name]
        subprocess.run(["a"], env=env)  # filtered drops=A,B
    """,
    "14 a helper that copies and pops, used from elsewhere": {
        "envs.py": """
            import os
            def sanitized(env=None):
                env = dict(os.environ if env is None else env)
                env.pop("A", None)
                return env
            def marked(env):
                env["B"] = "1"
                return env
        """,
        "app.py": """
            import os, subprocess
            from envs import marked, sanitized
            subprocess.run(["a"], env=sanitized())  # filtered drops=A
            subprocess.run(["a"], env=marked(os.environ.copy()))  # full sets=B
            subprocess.run(["a"], env=marked(sanitized()))  # filtered sets=B drops=A
        """,
    },
    "15 from a property, a method and an async function that returns a tuple": """
        import asyncio, os
        class Runner:
            @property
            def env(self):
                return {**os.environ, "A": "1"}
            def narrow(self):
                return {"A": "1"}
            async def plan(self):
                return "a", {"B": "1"}
            async def run(self):
                await asyncio.create_subprocess_exec("a", env=self.env)  # full sets=A
                await asyncio.create_subprocess_exec("a", env=self.narrow())  # partial sets=A
                program, env = await self.plan()
                await asyncio.create_subprocess_exec(program, env=env)  # partial sets=B
    """,
    "16 keywords of local dicts": """
        import os, subprocess
        options = {"stdout": None}
        subprocess.Popen(["a"], **options)  # inherits
        options["env"] = {"A": "1"}
        subprocess.Popen(["a"], **options)  # partial sets=A
    """,
    "17 kwargs with defaults": """
        import os, subprocess
        def popped(command, **kwargs):
            env = kwargs.pop("env", dict(os.environ))
            subprocess.run(command, env=env)  # full | passthrough
        def put(command, env=None, **kw):
            kw["env"] = env
            subprocess.run(command, **kw)  # passthrough | inherits
        popped(["a"])  # full
        popped(["a"], env={"A": "1"})  # partial sets=A
    """,
    "18 os.environ patched above": """
        import os, subprocess
        os.environ["A"] = "1"
        os.environ.update(B="2")
        subprocess.run(["a"])  # inherits
    """,
    "19 the closure of an outer function": """
        import os, subprocess
        def make(home):
            env = {**os.environ, "APP_HOME": home}
            def launch(command):
                return subprocess.run(command, env=env)  # full sets=APP_HOME
            return launch
        make("/")(["a"])  # full sets=APP_HOME
    """,
    "20 None or a dict, a subclass, a conditional alias": """
        import os, subprocess, sys
        class Popen(subprocess.Popen):
            def __init__(self, *args, env=None, **kwargs):
                if env is None:
                    env = dict(os.environ, A="1")
                super().__init__(*args, env=env, **kwargs)  # full sets=A | passthrough
        launch = Popen if sys.argv else subprocess.Popen
        launch(["a"], env={"B": "1"})  # partial sets=B
        env = {"C": "1"} if sys.argv else None
        subprocess.run(["a"], env=env)  # partial sets=C | inherits
    """,
    "21 os.environ through subprocess": """
        import subprocess as sp
        sp.run(["a"], env=dict(sp.os.environ))  # full
    """,
}

OPENS: dict[str, str | Files] = {
    "23 a name made from the working directory, a default in another module": {
        "settings.py": 'DEFAULT = "./chroma"\n',
        "app.py": """
            import os, sqlite3
            import chromadb
            import settings
            chromadb.PersistentClient(path=settings.DEFAULT)  # cwd-relative {cwd}/chroma
            chromadb.PersistentClient()  # cwd-relative {cwd}/chroma
        """,
    },
    "24 a relative URL that a wrapper makes absolute": """
        import sqlalchemy
        from pathlib import Path
        BASE = Path("/srv/app")
        def engine(url):
            name = url.removeprefix("sqlite:///")
            return sqlalchemy.create_engine(f"sqlite:///{BASE / name}")  # symbolic /srv/app/{param:app.engine.url}
        engine("sqlite:///app.db")  # literal /srv/app/app.db
    """,
    "25 URIs that are memory": """
        import sqlite3
        sqlite3.connect("file::memory:?cache=shared", uri=True)  # memory
        sqlite3.connect("file:shared?mode=memory&cache=shared", uri=True)  # memory
        def connect(read_only=False):
            uri = "file:/srv/app.db"
            uri += "?mode=ro" if read_only else "?mode=rwc"
            return sqlite3.connect(uri, uri=True)  # literal /srv/app.db
    """,
    "26 the first argument is not always the path": """
        import sqlite_utils
        sqlite_utils.Database(memory=True)  # memory
        sqlite_utils.Database(memory_name="shared")  # memory
        sqlite_utils.Database("/srv/app.db")  # literal /srv/app.db
    """,
    "27 or chains": """
        import os, sqlite3
        sqlite3.connect(os.environ.get("DB") or "/srv/app.db")  # config {env:DB|/srv/app.db} | literal /srv/app.db
    """,
    "28 sqlite3 re-exported and imported lazily": {
        "compat.py": """
            try:
                import pysqlite3 as sqlite3
            except ImportError:
                import sqlite3
        """,
        "app.py": """
            from compat import sqlite3
            def connect():
                import sqlite3 as lazily
                lazily.connect("/srv/a.db")  # literal /srv/a.db
            sqlite3.connect("/srv/b.db")  # literal /srv/b.db
        """,
    },
    "29 bytes, several assignments, a fixed file of everybody's": """
        import os, sqlite3
        sqlite3.connect(os.path.join(b"/srv", b"app.db"))  # literal /srv/app.db
        path = "/srv/app.db"
        if os.environ.get("APP_DB"):
            path = os.environ["APP_DB"]
        sqlite3.connect(path)  # config {env:APP_DB|/srv/app.db} | literal /srv/app.db
    """,
}


@pytest.mark.parametrize("name", SPAWNS)
def test_environments_of_real_projects_are_understood(name: str) -> None:
    assert spawns(SPAWNS[name]) == expected(SPAWNS[name])


@pytest.mark.parametrize("name", OPENS)
def test_paths_of_real_projects_are_understood(name: str) -> None:
    assert opens(OPENS[name]) == expected(OPENS[name])
