"""Methods that derived classes override."""

import pytest

from .programs import Files, expected, opens, spawns

PROGRAMS: dict[str, str | Files] = {
    "a derived class narrows": """
        import os, subprocess
        class Base:
            def block(self):
                return dict(os.environ)
            def start(self):
                subprocess.run(["a"], env=self.block())  # full | partial
        class Narrow(Base):
            def block(self):
                return {"A": "1"}
    """,
    "a derived class in another module": {
        "base.py": """
            import os, subprocess
            class Base:
                def block(self):
                    return dict(os.environ)
                def start(self):
                    subprocess.run(["a"], env=self.block())  # full | partial
        """,
        "narrow.py": """
            import base
            class Narrow(base.Base):
                def block(self):
                    return {"A": "1"}
        """,
    },
    "at some distance": """
        import os, subprocess
        class Base:
            def block(self):
                return dict(os.environ)
            def start(self):
                subprocess.run(["a"], env=self.block())  # full | empty
        class Middle(Base):
            pass
        class Narrow(Middle):
            def block(self):
                return {}
    """,
    "a method that is there to be overridden": """
        import os, subprocess
        class Base:
            def block(self):
                raise NotImplementedError
            def start(self):
                subprocess.run(["a"], env=self.block())  # partial sets=A
        class Narrow(Base):
            def block(self):
                return {"A": "1"}
    """,
    "an abstract method": """
        import abc, os, subprocess
        class Base(abc.ABC):
            @abc.abstractmethod
            def block(self): ...
            def start(self):
                subprocess.run(["a"], env=self.block())  # full | partial
        class Wide(Base):
            def block(self):
                return dict(os.environ)
        class Narrow(Base):
            def block(self):
                return {"A": "1"}
    """,
    "an overridden property": """
        import os, subprocess
        class Base:
            @property
            def block(self):
                return dict(os.environ)
            def start(self):
                subprocess.run(["a"], env=self.block)  # full | partial
        class Narrow(Base):
            @property
            def block(self):
                return {"A": "1"}
    """,
    "an instance whose class is known": """
        import os, subprocess
        class Base:
            def block(self):
                return dict(os.environ)
        class Narrow(Base):
            def block(self):
                return {"A": "1"}
        subprocess.run(["a"], env=Base().block())  # full
        subprocess.run(["a"], env=Narrow().block())  # partial sets=A
    """,
    "an annotated parameter": """
        import os, subprocess
        class Base:
            def block(self):
                return dict(os.environ)
        class Narrow(Base):
            def block(self):
                return {"A": "1"}
        def start(runner: Base):
            subprocess.run(["a"], env=runner.block())  # full | partial
    """,
    "a hook that changes the block in place": """
        import os, subprocess
        class Base:
            def prepare(self, env):
                pass
            def start(self):
                env = dict(os.environ)
                self.prepare(env)
                subprocess.run(["a"], env=env)  # full | empty
        class Narrow(Base):
            def prepare(self, env):
                env.clear()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_method_may_be_that_of_a_derived_class(name: str) -> None:
    assert spawns(PROGRAMS[name]) == expected(PROGRAMS[name])


def test_a_method_of_too_many_classes_is_unknown_beside_the_own() -> None:
    heirs = "".join(
        f"class C{number}(Base):\n    def block(self):\n        return {{'A': '{number}'}}\n" for number in range(9)
    )
    base = """
import os, subprocess
class Base:
    def block(self):
        return dict(os.environ)
    def start(self):
        subprocess.run(["a"], env=self.block())  # full | unknown
"""
    assert spawns(base + heirs) == expected(base + heirs)


SET_BY_HEIRS: dict[str, str | Files] = {
    "an attribute that a mixin uses and the class sets": {
        "mixin.py": """
            import sqlite3
            class Mixin:
                @property
                def cursor(self):
                    return sqlite3.connect(self.path).cursor()  # parameter
        """,
        "tasks.py": """
            from mixin import Mixin
            class Tasks(Mixin):
                def __init__(self, path):
                    self.path = path
                def list(self):
                    return self.cursor.execute("SELECT 1")
            Tasks("/srv/x.db")  # literal /srv/x.db
        """,
    },
    "several classes set it": """
        import sqlite3
        class Base:
            def open(self):
                sqlite3.connect(self.path)  # literal /srv/a.db | literal /srv/b.db
        class A(Base):
            def __init__(self):
                self.path = "/srv/a.db"
        class B(Base):
            def __init__(self):
                self.path: str = "/srv/b.db"
    """,
    "none sets it, though one compares it": """
        import sqlite3
        class Base:
            def open(self):
                sqlite3.connect(self.path)  # unknown
        class A(Base):
            def __init__(self):
                assert self.path == "/srv/a.db"
    """,
}


@pytest.mark.parametrize("name", SET_BY_HEIRS)
def test_an_attribute_may_be_what_a_derived_class_sets_it_to(name: str) -> None:
    assert opens(SET_BY_HEIRS[name]) == expected(SET_BY_HEIRS[name])
