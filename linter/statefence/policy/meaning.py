"""What is wrong with a document of the right shape: names that do not exist, templates and globs that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from statefence.policy.document import DiscoveryTable, Document, StoreTable
from statefence.policy.model import StoreKind
from statefence.policy.problem import KeyPath, Problem, suggestion
from statefence.template import Template, parse, placeholders

_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MODULE_GLOB = re.compile(r"[\w*?]+(\.[\w*?]+)*")
_REGULAR_EXPRESSION = re.compile(r"^\^|\$$|\\[.\\dDsSwWb/]|\(\?|\[\^|\.\+|\[[a-z]-[a-z]")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ANYWHERE = parse("{any}")


def problems_of_meaning(document: Document, layers: Iterable[str], stores: Iterable[str]) -> list[Problem]:
    """Every problem of a well-shaped document; `layers` and `stores` are the names it has, also of unusable entries."""
    layers, stores = tuple(layers), tuple(stores)
    return [
        *_state_problems(document),
        *_layer_problems(document),
        *_variable_problems(document, layers),
        *_store_problems(document, layers),
        *_forbidden_problems(document, stores),
        *_namespace_problems(document),
        *_callee_problems("spawners", document.spawners),
        *_callee_problems("openers", document.openers),
        *_mirrors_problems(document, stores),
        *_backend_problems(document),
    ]


def state_of(document: Document) -> Template | None:
    """The state directory, as a template; raises ValueError when it is none."""
    if document.state is None:
        return None
    if "{state}" in document.state:
        raise ValueError('`state` cannot be made of {state}: write where it is, such as "{home}/.app"')
    return parse(document.state)


def _state_or_anywhere(document: Document) -> Template | None:
    """The state directory; any directory when it is wrong, so that its users are not blamed for it."""
    try:
        return state_of(document)
    except ValueError:
        return _ANYWHERE


def _state_problems(document: Document) -> Iterator[Problem]:
    yield from _tried(("state",), lambda: state_of(document))
    if document.state is not None:
        yield from _regular_expression_problems(("state",), document.state)


def _tried(path: KeyPath, make: Callable[[], object]) -> Iterator[Problem]:
    try:
        make()
    except ValueError as error:
        yield Problem(path, str(error))


def _template_problems(path: KeyPath, text: str, state: Template | None) -> Iterator[Problem]:
    found = list(_regular_expression_problems(path, text))
    yield from found or _tried(path, lambda: parse(text, state))


def _regular_expression_problems(path: KeyPath, text: str) -> Iterator[Problem]:
    if not re.match(r"[A-Za-z]:\\|\\\\", text) and (sign := _REGULAR_EXPRESSION.search(text)):
        yield Problem(
            path, f"`{sign[0]}` looks like a regular expression: write a glob of *, ** and ?, such as {{home}}/*/x.db"
        )


def _layer_problems(document: Document) -> Iterator[Problem]:
    for layer, globs in document.layers.items():
        for number, glob in enumerate(globs):
            yield from _module_glob_problems(("layers", layer, str(number)), glob)


def _module_glob_problems(path: KeyPath, glob: str) -> Iterator[Problem]:
    if "/" in glob or glob.endswith(".py"):
        dotted = glob.removesuffix(".py").strip("/").replace("/", ".")
        yield Problem(path, f'"{glob}" is a path: globs are over module names, such as "{dotted}"')
    elif not _MODULE_GLOB.fullmatch(glob):
        yield Problem(path, f'"{glob}" is no module glob: write names, dots, *, ** and ?, such as "app.storage.**"')
    elif any("**" in component and component != "**" for component in glob.split(".")):
        yield Problem(path, f'"{glob}": `**` stands for whole components, so write it as "a.**"')


def _unknown_names(path: KeyPath, names: Iterable[str], known: tuple[str, ...], what: str) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name not in known:
            yield Problem((*path, str(number)), f'there is no {what} "{name}"{suggestion(name, known)}')


def _function_problems(path: KeyPath, name: str | None) -> Iterator[Problem]:
    if name is not None and not _FUNCTION.fullmatch(name):
        yield Problem(path, f'"{name}" is no function: write it as "package.module:function"')


def _variable_problems(document: Document, layers: tuple[str, ...]) -> Iterator[Problem]:
    for name, variable in document.env.items():
        path = ("env", name)
        for key, names in (((), (name,)), (("not-from",), variable.not_from)):
            for wrong in (each for each in names if not _VARIABLE.fullmatch(each)):
                yield Problem(path + key, f'"{wrong}" is no name of an environment variable')
        yield from _unknown_names((*path, "layers"), variable.layers, layers, "layer")
        yield from _function_problems((*path, "resolver"), variable.resolver)


def _store_problems(document: Document, layers: tuple[str, ...]) -> Iterator[Problem]:
    state = _state_or_anywhere(document)
    for name, store in document.stores.items():
        path = ("stores", name)
        yield from _template_problems((*path, "path"), store.path, state)
        for key, names in _layer_lists(store).items():
            yield from _unknown_names((*path, key), names, layers, "layer")
        yield from _function_problems((*path, "open-with"), store.open_with)
        yield from _discovery_problems(path, store, state)
        yield from _migrations_problems((*path, "migrations"), store)
        yield from _function_problems((*path, "write-with"), store.write_with)


def _discovery_problems(path: KeyPath, store: StoreTable, state: Template | None) -> Iterator[Problem]:
    if store.discover and store.kind is not StoreKind.SQLITE:
        yield Problem((*path, "discover"), f"a store of the kind {store.kind} has no tables to register in")
    for table, discovery in store.discover.items():
        at = (*path, "discover", table)
        if store.tables and table.casefold() not in {name.casefold() for name in store.tables}:
            yield Problem(at, f'the store has no table "{table}"{suggestion(table, store.tables)}')
        found = list(_template_problems((*at, "path"), discovery.path, state))
        yield from found or _column_problems(at, discovery, parse(discovery.path, state))


def _column_problems(path: KeyPath, discovery: DiscoveryTable, template: Template) -> Iterator[Problem]:
    names = placeholders(template)
    if not names and not discovery.columns:
        yield Problem((*path, "path"), "no {name} in it says which column gets what: write one, or `columns`")
    for column, text in discovery.columns.items():
        for name in _PLACEHOLDER.findall(text):
            if name not in (*names, "path"):
                known = suggestion(name, (*names, "path"))
                yield Problem((*path, "columns", column), f"there is no {{{name}}} in the path{known}")


def _layer_lists(store: StoreTable) -> Mapping[str, tuple[str, ...]]:
    return {"owners": store.owners, "readers": store.readers, "deny": store.deny}


def _forbidden_problems(document: Document, stores: tuple[str, ...]) -> Iterator[Problem]:
    state = _state_or_anywhere(document)
    for number, forbidden in enumerate(document.forbidden):
        path = ("forbidden", str(number))
        yield from _template_problems((*path, "path"), forbidden.path, state)
        if forbidden.belongs_to is not None and forbidden.belongs_to not in stores:
            known = suggestion(forbidden.belongs_to, stores)
            yield Problem((*path, "belongs-to"), f'there is no store "{forbidden.belongs_to}"{known}')


def _namespace_problems(document: Document) -> Iterator[Problem]:
    for glob in document.namespaces:
        yield from _module_glob_problems(("namespaces", glob), glob)


def _callee_problems(key: str, names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        yield from _function_problems((key, name), name)


def _migrations_problems(path: KeyPath, store: StoreTable) -> Iterator[Problem]:
    declared = {"": store.migrations} if isinstance(store.migrations, str) else store.migrations or {}
    taken: dict[str, str] = {}
    for namespace, place in declared.items():
        keys = (*path, namespace) if namespace else path
        if place.startswith(("/", "~", "{")) or ".." in place.split("/"):
            yield Problem(keys, f'"{place}" is not in the project: name a directory or module below the root')
        elif place in taken:
            yield Problem(keys, f'"{place}" is the directory of the namespace "{taken[place]}" too: give each its own')
        taken[place] = namespace


def _mirrors_problems(document: Document, stores: tuple[str, ...]) -> Iterator[Problem]:
    for table, mirrors in document.mirrors.items():
        path = ("mirrors", table)
        if mirrors.store is not None and mirrors.store not in stores:
            yield Problem((*path, "store"), f'there is no store "{mirrors.store}"{suggestion(mirrors.store, stores)}')
        for key, names in (("types", mirrors.types), ("mirrors", mirrors.mirrors)):
            for number, name in enumerate(names):
                if not _FUNCTION.fullmatch(name):
                    yield Problem(
                        (*path, key, str(number)), f'"{name}" is no class: write it as "package.module:Class"'
                    )
        if not mirrors.types and not mirrors.mirrors:
            yield Problem(path, 'names neither `types` nor `mirrors`: name a class, as "package.module:Class"')


def _backend_problems(document: Document) -> Iterator[Problem]:
    for interface, classes in document.backends.items():
        path = ("backends", interface)
        named = [(path, interface), *(((*path, str(number)), name) for number, name in enumerate(classes))]
        for where, name in named:
            if not _FUNCTION.fullmatch(name):
                yield Problem(where, f'"{name}" is no class: write it as "package.module:Class"')
