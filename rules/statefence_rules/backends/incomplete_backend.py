"""A class that stands behind a storage interface lacks methods of it, stubs them, or takes other calls.

## What it finds
Interfaces are the `Protocol`s and abstract classes one of whose implementations opens a database or a file of a
declared store, and those that the policy names. Implementations are their subclasses outside tests, and what a
function that promises the interface gives back; not those that say by their name that they keep nothing
(`NullStore`), and do nothing. Reported are a method that a class lacks; one that does nothing, or
raises `NotImplementedError`, where a sibling does something; parameters that a caller of the interface cannot pass,
or has to; sync for async and async for sync, but for an `Async...` twin that is async throughout; and adapters that
do not hand each call on, with all of its arguments, to what they wrap.

## Why is this bad?
The interface is there so that one backend can take another's place. With a method missing the program fails when it is
configured that way, at the call that nobody tried; with a stub it goes on, and what was to be kept is not.

## Example
The file backend cannot delete, and nobody notices until it is in use.

## Options
`backends`, a table: for an interface, as `module:Class`, the classes that implement it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from statefence.api import Bad, FileHit, Good, Hit, Place, Policy, Project, Rule, Span, Step
from statefence_rules.backends._agreement import differences, is_twin
from statefence_rules.backends._classes import Class, Classes, Function
from statefence_rules.backends._delegation import faults
from statefence_rules.backends._interfaces import Interface, interfaces, is_interface, is_stub
from statefence_rules.testing_code import is_test

_EMPTY = frozenset({"[]", "()", "{}"})
_NULL = re.compile(r"_*(?:Null|No_?[Oo]p|Void|Dummy|Disabled)")
_Found = tuple[Class, Function | ast.ClassDef, str, Function]
"""A class, what is wrong in it, the clause that says so, and the interface's own method."""


def check(project: Project, policy: Policy) -> Iterator[FileHit]:
    """Report what classes lack of the storage interfaces that they implement, each place once."""
    classes = Classes(project)
    found: dict[tuple[str, Span], Hit] = {}
    for interface in interfaces(classes, project, policy):
        for cls, node, said, wanted in _wrong(classes, interface):
            place = Place(cls.module.path, _header(node))
            declared = Place(interface.declared.module.path, _header(wanted))
            step = Step(declared, f"{interface.declared.symbol} asks for {wanted.name}")
            found.setdefault((place.path, place.span), Hit(place.span, said, (step,)))
    for (path, _), hit in found.items():
        yield FileHit(path, hit)


def _header(node: Function | ast.ClassDef) -> Span:
    """The line on which a class or function is named."""
    return Span(node.lineno, node.col_offset, node.lineno, node.col_offset + len(node.name))


def _wrong(classes: Classes, interface: Interface) -> Iterator[_Found]:
    """What is wrong in each backend; what one with subclasses leaves out is asked of them."""
    for cls in interface.backends:
        if is_test(cls.module):
            continue  # a double stands in for a backend, and does what its tests need
        line = classes.ancestors(cls)
        is_whole = not any(cls in classes.ancestors(other)[1:] for other in interface.backends)
        if is_whole and not is_interface(classes, cls):
            yield from _lacking(classes, interface, cls, line)
        twin = is_twin(cls, interface.methods)
        for name, method in cls.methods.items():
            wanted = interface.methods.get(name)
            if wanted is None:
                continue
            own = f"{cls.node.name}.{name}"
            if is_stub(method):
                if (
                    is_whole
                    and not _keeps_nothing(cls, interface)
                    and _does_nothing_wrongly(method)
                    and _is_done_elsewhere(classes, interface, cls, name)
                ):
                    yield cls, method, f"{own} is a stub, and other backends of {_name(interface)} have it", wanted
                continue
            said = "; ".join(differences(cls, method, interface.declared, wanted, twin=twin))
            if said:
                yield cls, method, f"{own} {said}", wanted
        for method, said in faults(cls, interface.methods):
            yield cls, method, f"{cls.node.name}.{method.name} {said}", interface.methods[method.name]


def _keeps_nothing(cls: Class, interface: Interface) -> bool:
    """Whether a class says by its name that it keeps nothing, and no method of it does anything."""
    methods = [method for name, method in cls.methods.items() if name in interface.methods]
    return _NULL.match(cls.node.name) is not None and all(_gives_a_constant(method) for method in methods)


def _gives_a_constant(method: Function) -> bool:
    *before, last = method.body
    if any(isinstance(each, ast.Raise) for each in method.body):
        return False
    given = last.value if isinstance(last, ast.Return) else None
    is_empty = given is None or (isinstance(given, ast.List | ast.Tuple | ast.Dict) and ast.unparse(given) in _EMPTY)
    gives_nothing = isinstance(last, ast.Return) and (is_empty or isinstance(given, ast.Constant))
    return is_stub(method) or (gives_nothing and all(isinstance(each, ast.Expr | ast.Pass) for each in before))


def _lacking(classes: Classes, interface: Interface, cls: Class, line: list[Class]) -> Iterator[_Found]:
    """The methods that neither the class nor anything it inherits from has, in one finding."""
    foreign = [base for each in line for base in classes.bases(each) if isinstance(base, str)]
    if any("__getattr__" in each.methods for each in line) or any(map(_may_have_methods, foreign)):
        return
    real = [each for each in line if not is_interface(classes, each)]
    present = {name for each in line for name, method in each.methods.items() if each in real or not is_stub(method)}
    present |= {name for each in real for name in _attributes(each)}
    missing = [name for name in interface.methods if name not in present]
    if missing:
        said = f"{cls.node.name} lacks {', '.join(missing)} of {_name(interface)}"
        yield cls, cls.node, said, interface.methods[missing[0]]


def _may_have_methods(base: str) -> bool:
    """Whether a base outside the project may bring methods of the interface along."""
    return base.rpartition(".")[2] not in {"object", "ABC", "ABCMeta", "Protocol", "Generic", ""}


def _attributes(cls: Class) -> Iterator[str]:
    """The names that a class's body or its methods assign, as `name = ...` and `self.name = ...`."""
    for node in ast.walk(cls.node):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name | ast.Attribute):
                    yield target.id if isinstance(target, ast.Name) else target.attr


def _does_nothing_wrongly(method: Function) -> bool:
    """Whether doing nothing is less than the method promises: it raises, or takes or gives something."""
    if any(isinstance(each, ast.Raise) for each in method.body):
        return True
    gives = method.returns is not None and not (
        isinstance(method.returns, ast.Constant) and method.returns.value is None
    )
    return gives or len(method.args.args) + len(method.args.kwonlyargs) > 1


def _is_done_elsewhere(classes: Classes, interface: Interface, cls: Class, name: str) -> bool:
    """Whether another backend does something there."""
    others = (each for each in interface.backends if each != cls and not is_interface(classes, each))
    return any(name in each.methods and not is_stub(each.methods[name]) for each in others)


def _name(interface: Interface) -> str:
    return interface.declared.node.name


INTERFACE = """
    from typing import Protocol


    class SessionStore(Protocol):
        def get(self, name: str) -> str | None: ...

        def put(self, name: str, text: str, *, final: bool = False) -> None: ...

        def delete(self, name: str) -> bool: ...

        def close(self) -> None: ...
"""
SQLITE = """
    import sqlite3
    from pathlib import Path

    from app.interface import SessionStore


    class SqliteStore(SessionStore):
        def __init__(self) -> None:
            self.connection = sqlite3.connect(Path.home() / ".app" / "sessions.db")

        def get(self, name: str) -> str | None:
            return next((text for (text,) in self.connection.execute("SELECT text FROM s WHERE n = ?", (name,))), None)

        def put(self, name: str, text: str, *, final: bool = False) -> None:
            self.connection.execute("INSERT INTO s VALUES (?, ?)", (name, text))

        def delete(self, name: str) -> bool:
            return self.connection.execute("DELETE FROM s WHERE n = ?", (name,)).rowcount > 0

        def close(self) -> None:
            self.connection.close()
"""

RULE = Rule(
    code="SF701",
    check_project=check,
    cases=(
        Bad(
            "a method is missing",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/files.py": """
                from app.interface import SessionStore


                class FileStore(SessionStore):  # error: FileStore lacks delete of SessionStore
                    def get(self, name: str) -> str | None:
                        return None if name else ""

                    def put(self, name: str, text: str, *, final: bool = False) -> None:
                        print(name, text)

                    def close(self) -> None: ...
                """,
            },
        ),
        Bad(
            "stubs",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/files.py": """
                from app.interface import SessionStore


                class FileStore(SessionStore):
                    def get(self, name: str) -> str | None:
                        return open(name).read()

                    def put(self, name: str, text: str, *, final: bool = False) -> None:  # error: put is a stub
                        pass

                    def delete(self, name: str) -> bool:  # error: delete is a stub
                        \"\"\"Delete a session.\"\"\"
                        raise NotImplementedError

                    def close(self) -> None:
                        pass
                """,
            },
        ),
        Bad(
            "other parameters, and async for sync",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/server.py": """
                from app.interface import SessionStore


                class ServerStore(SessionStore):
                    async def get(self, name: str) -> str | None:  # error: is async, where the interface's is not
                        return name

                    def put(self, name: str, body: str) -> None:  # error: final; demands body
                        print(name, body)

                    def delete(self, name: str, force: bool) -> bool:  # error: demands force
                        return force

                    def close(self) -> None:
                        print("closed")
                """,
            },
        ),
        Bad(
            "an adapter that does not hand on",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/adapter.py": """
                from app.interface import SessionStore


                class Logged(SessionStore):
                    def __init__(self, inner: SessionStore) -> None:
                        self.inner = inner

                    def get(self, name: str) -> str | None:
                        print("get", name)
                        return self.inner.get(name)

                    def put(self, name: str, text: str, *, final: bool = False) -> None:  # error: final on
                        self.inner.put(name, text)

                    def delete(self, name: str) -> bool:  # error: does not hand the call on to self.inner
                        return name != ""

                    def close(self) -> None:
                        self.inner.close()
                """,
            },
        ),
        Bad(
            "given back by a function that promises the interface",
            {
                "app/interface.py": INTERFACE,
                "app/stores.py": """
                import sqlite3

                from app.interface import SessionStore


                class Sqlite:  # error: Sqlite lacks delete, close of SessionStore
                    def get(self, name: str) -> str | None:
                        return sqlite3.connect("/srv/app/s.db").execute("SELECT 1").fetchone()

                    def put(self, name: str, text: str, *, final: bool = False) -> None:
                        print(name, text)


                def open_store() -> SessionStore:
                    return Sqlite()
                """,
            },
        ),
        Bad(
            "the policy names the backends",
            {
                "app/store.py": """
                class Store:
                    def load(self, name: str) -> str:
                        return open(name).read()

                    def save(self, name: str, text: str) -> None:
                        open(name, "w").write(text)
                """,
                "app/memory.py": """
                class Memory:  # error: Memory lacks save of Store
                    def load(self, name: str) -> str:
                        return name
                """,
            },
            policy="""
                [backends]
                "app.store:Store" = ["app.memory:Memory"]
            """,
        ),
        Good(
            "they agree",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/files.py": """
                from app.interface import SessionStore


                class FileStore(SessionStore):
                    def get(self, name: str, encoding: str = "utf-8") -> str | None:
                        return open(name, encoding=encoding).read()

                    def put(self, _: str, text: str, **options: bool) -> None:
                        print(text, options)

                    def delete(self, name: str) -> bool:
                        return bool(name)

                    def close(self) -> None:
                        pass


                class Cached(FileStore):
                    def get(self, name: str, encoding: str = "utf-8") -> str | None:
                        return super().get(name, encoding)


                class Adapter(SessionStore):
                    def __init__(self, inner: SessionStore) -> None:
                        self.inner = inner

                    def __getattr__(self, name: str) -> object:
                        return getattr(self.inner, name)
                """,
            },
        ),
        Good(
            "one that keeps nothing, and says so",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/null.py": """
                from app.interface import SessionStore


                class NullStore(SessionStore):
                    def get(self, name: str) -> str | None:
                        return None

                    def put(self, name: str, text: str, *, final: bool = False) -> None:
                        '''Nothing is kept.'''

                    def delete(self, name: str) -> bool:
                        return False

                    def close(self) -> None: ...
                """,
            },
        ),
        Good(
            "a twin that is async throughout",
            {
                "app/interface.py": INTERFACE,
                "app/sqlite.py": SQLITE,
                "app/asynchronous.py": """
                from app.interface import SessionStore


                class AsyncStore(SessionStore):
                    async def get(self, name: str) -> str | None:
                        return name

                    async def put(self, name: str, text: str, *, final: bool = False) -> None:
                        print(name, text)

                    async def delete(self, name: str) -> bool:
                        return bool(name)

                    async def close(self) -> None:
                        pass
                """,
            },
        ),
        Good(
            "no storage",
            {
                "app/shapes.py": """
                from abc import ABC, abstractmethod


                class Shape(ABC):
                    @abstractmethod
                    def area(self) -> float: ...


                class Circle(Shape):
                    def area(self, scale: float) -> float:
                        return scale


                class Point(Shape):
                    pass
                """
            },
        ),
    ),
)
