"""What only the project can tell of a policy."""

from __future__ import annotations

import pytest

from statefence.errors import PolicyError
from statefence.policy.check import check_modules
from statefence.policy.load import default, load_text

POLICY = """\
[layers]
admin = ["app.admin.**", "app.console"]
runtime = ["app.chat.**"]
[namespaces]
"app.jobs.**" = ["jobs"]
"""
FITTING = ["app", "app.admin", "app.admin.http", "app.console", "app.chat", "app.jobs.run"]


def by_path(modules: list[str]) -> dict[str, str]:
    return {f"src/{module.replace('.', '/')}.py": module for module in modules}


def problems(text: str, modules: list[str], source: str = "statefence.toml") -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        check_modules(load_text(text, root="/r", source=source), by_path(modules))
    return caught.value.problems


def test_a_policy_that_fits_passes() -> None:
    check_modules(load_text(POLICY, root="/r", source="statefence.toml"), by_path(FITTING))
    check_modules(default("/r"), {})


def test_a_layer_glob_without_a_module_is_named() -> None:
    (problem,) = problems(POLICY.replace("app.chat", "app.chatt"), FITTING)
    expected = 'layers.runtime.0: "app.chatt.**" matches no module, did you mean "app.chat.**"?'
    assert problem == f"statefence.toml:3: {expected}"


def test_a_namespace_glob_without_a_module_is_named() -> None:
    (problem,) = problems(POLICY.replace("app.jobs", "halo.other"), FITTING, "pyproject.toml")
    expected = 'tool.statefence.namespaces."halo.other.**": "halo.other.**" matches no module'
    assert problem == f"pyproject.toml:5: {expected}: the project's packages are app"


def test_a_project_without_modules_matches_nothing() -> None:
    assert problems(POLICY, [])[0].endswith("matches no module: the project has no modules")


def test_a_directory_without_a_module_of_its_own_is_named_with_what_is_in_it() -> None:
    policy = """
    [layers]
    chat = ["chat"]
    """
    (problem,) = problems(policy, ["chat.server"])
    assert problem == 'statefence.toml:3: layers.chat.0: "chat" matches no module, did you mean "chat.**"?'


def test_a_module_in_two_layers_is_named() -> None:
    (problem,) = problems(POLICY.replace('"app.chat.**"', '"app.chat.**", "app.admin.http"'), FITTING)
    expected = 'the module "app.admin.http" is in the layer "admin" too: a module has one layer'
    assert problem == f"statefence.toml:3: layers.runtime: {expected}"


def test_a_root_without_a_python_file_is_named() -> None:
    expected = 'statefence.toml:1: src.1: "lib" holds no Python file: directories that do are src'
    assert problems('src = ["src", "lib"]\n', ["app"]) == (expected,)
    check_modules(load_text('src = ["src", "."]\n', root="/r", source="statefence.toml"), by_path(["app"]))
