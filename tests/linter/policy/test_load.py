"""From a policy file to a policy, or to every reason why not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from statefence.errors import PolicyError
from statefence.policy import Forbidden, Policy, Spawner, Store, StoreKind, Variable
from statefence.policy.load import default, find, load, load_text
from statefence.template import parse

WHOLE = """\
src = ["src"]
state = "{env:APP_DIR|{home}/.app}"
require-reasons = true

[layers]
admin = ["app.admin.**"]
runtime = ["app.chat.**", "app.workers.*"]

[env.APP_HOST]
ensure = "app"
not-from = ["OTHER_HOST"]
resolver = "app.host:resolve"
layers = ["runtime"]
exempt = ["git", "*/ffmpeg"]

[stores.admin]
path = "{state}/app.db"
kind = "file"
owners = ["admin"]
readers = ["runtime"]
deny = ["runtime"]
tables = ["models"]
open-with = "app.storage:open_admin"
write-with = "app.files:write_whole"
migrations = "src/app/migrations"
tenant = { models = "user_id" }
append-only = true
durable = true

[[forbidden]]
belongs-to = "admin"
path = "{state}/*.stray.db"
reason = "belongs elsewhere"

[namespaces]
"app.jobs.**" = ["jobs"]

[spawners]
"acme.procs:launch" = { env = "extra", merge = "adds" }

[backends]
"app.storage:Store" = ["app.storage.files:FileStore"]
"""


def loaded(text: str) -> Policy:
    return load_text(dedent(text), root="/r", source="statefence.toml")


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        loaded(text)
    return caught.value.problems


def test_every_key_arrives_in_the_policy() -> None:
    policy = loaded(WHOLE)
    state = parse("{env:APP_DIR|{home}/.app}")
    assert msgspec.structs.replace(policy, lines={}) == Policy(
        root="/r",
        source="statefence.toml",
        src=("src",),
        state=state,
        require_reasons=True,
        layers={"admin": ("app.admin.**",), "runtime": ("app.chat.**", "app.workers.*")},
        variables=(
            Variable("APP_HOST", "app", ("OTHER_HOST",), "app.host:resolve", ("runtime",), ("git", "*/ffmpeg")),
        ),
        stores=(
            Store(
                name="admin",
                path=parse("{state}/app.db", state),
                kind=StoreKind.FILE,
                owners=("admin",),
                readers=("runtime",),
                deny=("runtime",),
                tables=("models",),
                open_with="app.storage:open_admin",
                migrations={"admin": "src/app/migrations"},
                write_with="app.files:write_whole",
                tenant={"models": "user_id"},
                append_only=True,
                durable=True,
            ),
        ),
        forbidden=(Forbidden(parse("{state}/*.stray.db", state), "admin", "belongs elsewhere", 32),),
        namespaces={"app.jobs.**": ("jobs",)},
        spawners=(Spawner("acme.procs:launch", "extra", "adds"),),
        backends={"app.storage:Store": ("app.storage.files:FileStore",)},
    )


def test_every_key_has_its_line() -> None:
    lines = loaded(WHOLE).lines
    rows = WHOLE.splitlines()
    assert rows[lines["stores.admin.path"] - 1].startswith("path")
    assert rows[lines["forbidden.0"] - 1] == "[[forbidden]]"
    assert rows[lines["env.APP_HOST.ensure"] - 1].startswith("ensure")
    assert rows[lines["namespaces.app.jobs.**"] - 1].startswith('"app.jobs.**"')
    assert rows[lines["spawners.acme.procs:launch.merge"] - 1].startswith('"acme')


def test_an_empty_policy_is_the_default_one() -> None:
    assert loaded("") == Policy(root="/r", source="statefence.toml")
    assert default("/r") == Policy(root="/r")


def test_a_table_may_belong_to_two_stores() -> None:
    policy = loaded("""
        [layers]
        all = ["**"]
        [stores.a]
        path = "/a"
        owners = ["all"]
        tables = ["settings"]
        [stores.b]
        path = "/b"
        owners = ["all"]
        tables = ["Settings"]
        """)
    assert [store.name for store in policy.owner_of_table("SETTINGS")] == ["a", "b"]


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_lines() -> None:
    found = problems("""\
        require-reasons = "yes"
        stat = "x"

        [layers]
        a = "x.**"

        [stores.x]
        path = "{nope:x}"
        owners = ["a", "b"]
        kind = 3

        [stores.y]
        path = "{home}/a**/b"
        owners = ["c"]

        [[forbidden]]
        path = 1
        [[forbidden]]
        path = "{state}/x"
        belongs-to = "x"
        """)
    assert [problem.split(": ")[:2] for problem in found] == [
        ["statefence.toml:1", "require-reasons"],
        ["statefence.toml:2", "stat"],
        ["statefence.toml:5", "layers.a"],
        ["statefence.toml:10", "stores.x.kind"],
        ["statefence.toml:13", "stores.y.path"],
        ["statefence.toml:14", "stores.y.owners.0"],
        ["statefence.toml:17", "forbidden.0.path"],
        ["statefence.toml:19", "forbidden.1.path"],
    ]


def test_a_name_in_a_broken_entry_still_exists() -> None:
    (problem,) = problems('[layers]\na = "x"\n[stores.s]\npath = "/x"\nowners = ["a"]\n')
    assert problem.startswith("statefence.toml:2: layers.a: expected a list")


def test_invalid_toml_has_line_and_column() -> None:
    (problem,) = problems("a = 1\nb = [1,\n  = 2\n")
    assert problem.startswith("statefence.toml:3:3: not valid TOML: ")


def write(directory: Path, name: str, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_nearest_policy_wins(tmp_path: Path) -> None:
    outer = write(tmp_path, "pyproject.toml", "[tool.statefence]\n")
    inner = write(tmp_path / "a", "statefence.toml", "")
    write(tmp_path / "a" / "b", "pyproject.toml", '[project]\nname = "statefence"\n')
    assert find(tmp_path / "a" / "b" / "c") == inner
    assert find(tmp_path) == outer


def test_two_policies_in_one_directory_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[tool.statefence]\n")
    write(tmp_path, "statefence.toml", "")
    with pytest.raises(PolicyError, match="keep one of them"):
        find(tmp_path)


def test_a_broken_pyproject_with_the_table_is_found_and_then_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "pyproject.toml", "[tool.statefence]\nsrc = [\n")
    assert find(tmp_path) == path
    with pytest.raises(PolicyError, match=r"pyproject\.toml:3:1: not valid TOML"):
        load(path)


def test_pyproject_problems_have_the_whole_key_path(tmp_path: Path) -> None:
    path = write(tmp_path, "pyproject.toml", "[project]\n\n[tool.statefence.stores.a]\npath = '/x'\nowners = ['x']\n")
    with pytest.raises(PolicyError) as caught:
        load(path)
    expected = 'pyproject.toml:5: tool.statefence.stores.a.owners.0: there is no layer "x": none is defined'
    assert caught.value.problems == (expected,)


def test_a_file_is_loaded_with_its_directory_as_the_root(tmp_path: Path) -> None:
    policy = load(write(tmp_path, "pyproject.toml", "\ufeff[project]\r\n[tool.statefence]\r\nsrc = ['a']\r\n"))
    assert (policy.root, policy.source, policy.src, policy.lines["src"]) == (str(tmp_path), "pyproject.toml", ("a",), 3)


def test_a_pyproject_without_the_table_is_no_policy(tmp_path: Path) -> None:
    path = write(tmp_path, "pyproject.toml", "[project]\n")
    with pytest.raises(PolicyError, match=r"there is no \[tool.statefence\] table"):
        load(path)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read: No such file"):
        load(tmp_path / "statefence.toml")
    (tmp_path / "statefence.toml").write_bytes(b"src = []\n# caf\xe9\n")
    with pytest.raises(PolicyError, match=r"statefence\.toml:2: byte 0xe9 is not UTF-8"):
        load(tmp_path / "statefence.toml")
