from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statefence.module_names import guessed_roots, module_names
from statefence.policy import Policy


def names(*paths: str, src: tuple[str, ...] = ()) -> tuple[str, ...]:
    found = module_names(paths, Policy(root="/", src=src))
    return tuple(found[path] for path in paths)


def test_a_given_root_is_left_out_of_the_name() -> None:
    assert names("src/a/__init__.py", "src/a/b.py", src=("src",)) == ("a", "a.b")


def test_the_deepest_given_root_counts() -> None:
    assert names("lib/a/x.py", "lib/y.py", src=("lib", "./lib/a/")) == ("x", "y")


def test_the_project_itself_can_be_a_given_root() -> None:
    assert names("src/a.py", "b/c/d.py", src=(".",)) == ("src.a", "b.c.d")


def test_a_file_outside_the_given_roots_is_guessed() -> None:
    assert names("src/a.py", "tests/test_a.py", src=("src",)) == ("a", "tests.test_a")


def test_a_src_directory_is_a_root_without_being_given() -> None:
    assert names("src/a/__init__.py", "src/a/b.py") == ("a", "a.b")


def test_a_src_directory_that_is_a_package_is_no_root() -> None:
    assert names("src/__init__.py", "src/a.py") == ("src", "src.a")


def test_every_package_of_a_workspace_has_its_own_src() -> None:
    assert names("lib/one/src/one/__init__.py", "lib/two/src/two/x.py") == ("one", "two.x")


def test_a_namespace_package_below_src_keeps_its_whole_name() -> None:
    assert names("src/acme/core/__init__.py", "src/acme/tool.py") == ("acme.core", "acme.tool")


def test_the_topmost_package_of_a_chain_begins_the_name() -> None:
    assert names("backend/app/__init__.py", "backend/app/db/__init__.py", "backend/app/db/x.py")[2] == "app.db.x"


def test_a_script_beside_a_topmost_package_is_imported_from_the_same_place() -> None:
    assert names("backend/app/__init__.py", "backend/manage.py") == ("app", "manage")


def test_a_directory_without_any_package_is_named_from_the_project() -> None:
    assert names("scripts/tool.py", "setup.py") == ("scripts.tool", "setup")


def test_a_package_at_the_top_of_the_project_is_named_by_its_directory() -> None:
    assert names("__init__.py", "a/__init__.py") == ("__init__", "a")


def test_the_main_module_keeps_its_name() -> None:
    assert names("a/__init__.py", "a/__main__.py") == ("a", "a.__main__")


segments = st.lists(st.sampled_from(["a", "b", "src", "lib"]), max_size=4)
paths = st.lists(
    st.builds(
        lambda folders, name: "/".join([*folders, name]), segments, st.sampled_from(["__init__.py", "x.py", "y.py"])
    ),
    unique=True,
)


@given(paths)
def test_names_do_not_depend_on_the_order_of_the_files(given_paths: list[str]) -> None:
    policy = Policy(root="/")
    assert module_names(given_paths, policy) == module_names(reversed(given_paths), policy)


@given(paths)
def test_every_name_is_the_end_of_its_path(given_paths: list[str]) -> None:
    for path, name in module_names(given_paths, Policy(root="/")).items():
        assert f"/{path}".removesuffix(".py").removesuffix("/__init__").endswith(f"/{name.replace('.', '/')}") or (
            path == "__init__.py"
        )


@pytest.mark.parametrize("root", guessed_roots(["src/a/__init__.py", "b/c/__init__.py", "d/e.py"]))
def test_roots_end_in_a_slash_unless_they_are_the_project(root: str) -> None:
    assert root == "" or root.endswith("/")


def test_a_directory_of_modules_within_a_package_belongs_to_it_without_an_init() -> None:
    assert names("app/__init__.py", "app/ai/config.py", "app/ai/mcp/__init__.py", "app/ai/mcp/client.py") == (
        *("app", "app.ai.config"),
        *("app.ai.mcp", "app.ai.mcp.client"),
    )


def test_a_project_within_a_package_begins_names_anew() -> None:
    assert names("tests/__init__.py", "tests/demo/setup.py", "tests/demo/app/__init__.py")[2] == "app"
    assert names("tests/__init__.py", "tests/demo/app/__init__.py")[1] == "app"
