"""`discover`: what exists on disk and should have a row."""

from __future__ import annotations

import pytest

from statefence.errors import PolicyError
from statefence.policy.load import load_text
from statefence.policy.show import show

POLICY = """\
state = "{home}/.app"
[layers]
core = ["app.**"]
[stores.main]
path = "{state}/app.db"
kind = "sqlite"
owners = ["core"]
tables = ["sessions"]
[stores.main.discover.sessions]
path = "{state}/git/{repository}/{session}"
columns = { name = "{repository}#{session}", workspace = "{path}" }
"""


def test_without_columns_each_name_of_the_path_is_one() -> None:
    text = POLICY.replace(POLICY[POLICY.index("columns") :], "")
    (discovery,) = load_text(text, root="/app", source="statefence.toml").store("main").discover
    assert discovery.columns == {"repository": "{repository}", "session": "{session}"}


def test_what_is_shown_is_the_same_policy() -> None:
    policy = load_text(POLICY, root="/app", source="statefence.toml")
    again = load_text(show(policy), root="/app", source="statefence.toml")
    assert again.stores == policy.stores


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('"sqlite"', '"file"', "stores.main.discover: a store of the kind file has no tables to register in"),
        (
            "discover.sessions",
            "discover.session",
            'stores.main.discover.session: the store has no table "session", did you mean "sessions"?',
        ),
        (
            "#{session}",
            "#{sesion}",
            'columns.name: there is no {sesion} in the path, did you mean "session"?',
        ),
        ("/{repository}/{session}", "/{", "stores.main.discover.sessions.path"),
        ("columns = {", "colums = {", 'unknown key, did you mean "columns"?'),
    ],
)
def test_a_mistake_is_named_with_the_way_out(right: str, wrong: str, says: str) -> None:
    with pytest.raises(PolicyError) as error:
        load_text(POLICY.replace(right, wrong), root="/app", source="statefence.toml")
    assert any(says in problem for problem in error.value.problems), error.value.problems
