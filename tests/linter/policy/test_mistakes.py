"""One mistake at a time in a policy without any: what is said of it, and on which line."""

from __future__ import annotations

import pytest

from statefence.errors import PolicyError
from statefence.policy.load import load_text

RIGHT = """\
src = ["src"]
state = "{env:APP_DIR|{home}/.app}"
require-reasons = true
[layers]
admin = ["app.admin.**"]
runtime = ["app.chat.**"]
[env.APP_HOST]
ensure = "app"
not-from = ["OTHER_HOST"]
resolver = "app.host:resolve"
layers = ["runtime"]
[stores.admin]
path = "{state}/app.db"
kind = "file"
owners = ["admin"]
deny = ["runtime"]
open-with = "app.storage:open_admin"
tenant = { models = "user_id" }
durable = true
[[forbidden]]
belongs-to = "admin"
path = "{state}/*.stray.db"
[namespaces]
"app.jobs.**" = ["jobs"]
[spawners]
"acme.procs:launch" = { env = "extra", merge = "adds" }
"""
JOBS = 'namespaces."app.jobs.**"'
LAUNCH = 'spawners."acme.procs:launch"'


@pytest.mark.parametrize(
    ("right", "wrong", "key", "says"),
    [
        ("durable =", "durabel =", "stores.admin.durabel", 'unknown key, did you mean "durable"?'),
        ("require-reasons", "require_reasons", "require_reasons", 'unknown key, did you mean "require-reasons"?'),
        ('src = ["src"]', 'src = "src"', "src", 'expected a list, found text: write ["src"]'),
        ('["jobs"]', '["jobs", 1]', f"{JOBS}.1", "expected text, found a whole number"),
        ("durable = true", "durable = 1.5", "stores.admin.durable", "expected true or false, found a number"),
        (
            "durable = true",
            "durable = 07:32:00",
            "stores.admin.durable",
            "expected true or false, found a date or time",
        ),
        ('{ models = "user_id" }', "[]", "stores.admin.tenant", "expected a table, found a list"),
        ('"file"', '"sqlit"', "stores.admin.kind", '"sqlit" is no value of this key, did you mean "sqlite"?'),
        ('"adds"', '"x"', f"{LAUNCH}.merge", '"x" is no value of this key, known are adds, replaces'),
        ('merge = "adds"', "", f"{LAUNCH}.merge", "the key is missing: whether it is merged over"),
        ('ensure = "app"', 'ensure = ""', "env.APP_HOST.ensure", "the text is empty"),
        ('["jobs"]', "[]", JOBS, "the list is empty: name at least one"),
        ('["app.admin.**"]', "[]", "layers.admin", "the list is empty: name at least one"),
        ('owners = ["admin"]', "owners = []", "stores.admin.owners", "the list is empty: name at least one"),
        ('owners = ["admin"]', 'owners = ["admn"]', "stores.admin.owners.0", 'no layer "admn", did you mean "admin"?'),
        ('deny = ["runtime"]', 'deny = ["x"]', "stores.admin.deny.0", 'no layer "x", known are admin, runtime'),
        (
            'layers = ["runtime"]',
            'layers = ["run"]',
            "env.APP_HOST.layers.0",
            'no layer "run", did you mean "runtime"?',
        ),
        ('belongs-to = "admin"', 'belongs-to = "a"', "forbidden.0.belongs-to", 'no store "a", known are admin'),
        (
            "app.host:resolve",
            "app.host.resolve",
            "env.APP_HOST.resolver",
            'is no function: write it as "package.module:',
        ),
        ("app.storage:open_admin", "open", "stores.admin.open-with", '"open" is no function'),
        ("acme.procs:launch", "acme", "spawners.acme", '"acme" is no function'),
        ("OTHER_HOST", "A B", "env.APP_HOST.not-from", '"A B" is no name of an environment variable'),
        ("[env.APP_HOST]", '[env."A=B"]', 'env."A=B"', '"A=B" is no name of an environment variable'),
        ("app.chat.**", "app.chat**", "layers.runtime.0", "`**` stands for whole components"),
        ("app.chat.**", "app/chat.py", "layers.runtime.0", "is a path: globs are over module names, such as"),
        ("app.jobs.**", "app.(jobs|x)", 'namespaces."app.(jobs|x)"', "is no module glob"),
        ("{state}/app.db", "{state/app.db", "stores.admin.path", "`{` is never closed"),
        ("*.stray.db", "[^/]+.db", "forbidden.0.path", "`[^` looks like a regular expression"),
        ("{env:APP_DIR|{home}/.app}", "^/.app", "state", "`^` looks like a regular expression"),
        ("{env:APP_DIR|{home}/.app}", "{state}/x", "state", "`state` cannot be made of {state}"),
        ("{env:APP_DIR|{home}/.app}", "{home", "state", "`{` is never closed"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_way_out(right: str, wrong: str, key: str, says: str) -> None:
    assert right in RIGHT
    line = RIGHT[: RIGHT.index(right)].count("\n") + 1
    (problem,) = problems(RIGHT.replace(right, wrong, 1))
    assert problem.startswith(f"statefence.toml:{line}: {key}: ")
    assert says in problem


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        load_text(text, root="/r", source="statefence.toml")
    return caught.value.problems


def test_a_missing_key_stands_on_its_table() -> None:
    (problem,) = problems(RIGHT.replace('owners = ["admin"]\n', ""))
    assert problem == "statefence.toml:12: stores.admin.owners: the key is missing: layers that may open it"


def test_a_state_that_is_not_given_is_named_where_it_is_used() -> None:
    found = problems(RIGHT.replace('state = "{env:APP_DIR|{home}/.app}"\n', ""))
    assert [problem.split(":")[1] for problem in found] == ["12", "21"]
    assert all('add state = "{home}/.app"' in problem for problem in found)
