"""Openers that the policy declares, since the analysis cannot see through them."""

from __future__ import annotations

import pytest

from .programs import Files, analysed, expected, opens

POLICY = """
[openers]
"acme.db:open_store" = { path = "location" }
"vendor.store:attach" = { path = "file" }
"""

DB = """
    import acme_native
    def open_store(label, location=None):
        return acme_native.open(label, location)
"""

PROGRAMS: dict[str, Files] = {
    "of the project": {
        "acme/__init__.py": "",
        "acme/db.py": DB,
        "acme/app.py": """
            from acme.db import open_store
            open_store("a", "/srv/a.db")  # literal /srv/a.db
            open_store("a", location=":memory:")  # memory
        """,
    },
    "of a library": {
        "app.py": """
            from pathlib import Path
            from vendor import store
            store.attach(file=Path.home() / "a.db")  # symbolic {home}/a.db
        """,
    },
    "behind a wrapper": {
        "acme/__init__.py": "",
        "acme/db.py": DB,
        "acme/app.py": """
            from acme import db
            def helper(path):
                return db.open_store("a", path)  # parameter
            helper("/srv/a.db")  # literal /srv/a.db
        """,
    },
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_declared_opener_is_taken_at_its_word(name: str) -> None:
    assert opens(PROGRAMS[name], POLICY) == expected(PROGRAMS[name])


def test_what_a_declared_opener_gives_takes_statements() -> None:
    program = """
        from vendor import store
        db = store.attach(file="/srv/a.db")
        db.execute("DELETE FROM notes")
    """
    (statement,) = analysed(program, POLICY).statements_by_path["app.py"]
    assert statement.writes == ("notes",)
    assert [str(target.template) for target in statement.connection] == ["/srv/a.db"]
