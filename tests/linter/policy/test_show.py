"""The effective policy as text."""

from __future__ import annotations

from msgspec import structs

from statefence.policy import Forbidden, Policy
from statefence.policy.load import default, load_text
from statefence.policy.show import show

TEXT = r"""
state = "{env:APP_DIR|{home}/.app}"
[layers]
"my layer" = ["app.**"]
[env.A]
[stores.admin]
path = "{state}/a.db"
owners = ["my layer"]
tenant = { "t.x" = "user_id" }
[[forbidden]]
path = "{state}/{user}/*.db"
reason = "say \"no\" \\ é \u0001"
[openers]
"acme.db:open_store" = { path = "location" }

[spawners]
"acme.procs:launch" = { env = "extra", merge = "replaces" }
[namespaces]
"app.jobs.**" = ["jobs"]
[backends]
"app.storage:Store" = ["app.storage:FileStore"]
"""


def loaded(text: str) -> Policy:
    return load_text(text, root="/r", source="statefence.toml")


def without_lines(policy: Policy) -> Policy:
    forbidden = tuple(Forbidden(each.path, each.belongs_to, each.reason) for each in policy.forbidden)
    return structs.replace(policy, lines={}, forbidden=forbidden)


def test_reading_what_is_shown_gives_the_same_policy() -> None:
    policy = loaded(TEXT)
    assert without_lines(loaded(show(policy))) == without_lines(policy)


def test_every_key_says_where_it_came_from() -> None:
    shown = show(loaded(TEXT)).splitlines()
    assert 'path = "{env:APP_DIR|{home}/.app}/a.db"  # statefence.toml:7' in shown
    assert 'kind = "sqlite"  # default' in shown
    assert "durable = false  # default" in shown


def test_a_project_without_a_policy_shows_the_defaults() -> None:
    assert show(default("/r")).startswith("# there is no policy: these are the defaults\n")
