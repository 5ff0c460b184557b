"""Every entry of the tables of file callees does to its file what it says, under every name."""

import pytest

from statefence.callees import ARGUMENT_METHODS, FILE_OPENERS, HANDLE_WRITERS, PATH_METHODS, Effect, Opener
from statefence.policy.load import load_text
from statefence.project.project import Project, analyse
from statefence.source import Source, decoded

POLICY = load_text(
    '[layers]\nall = ["app"]\n[stores.all]\npath = "/srv/**"\nkind = "tree"\nowners = ["all"]\n',
    root="/project",
    source="statefence.toml",
)
METHODS_OF_ARCHIVES = ("zipfile.ZipFile.", "tarfile.open.")
FUNCTIONS = {
    f"{name}-{entry.path[0].keyword}": (name, entry)
    for entry in FILE_OPENERS
    for name in entry.names
    if not name.startswith(METHODS_OF_ARCHIVES)
}
READS = {"r", "rb", "O_RDONLY"}


def analysed(program: str) -> Project:
    source = decoded("app.py", program.encode())
    assert isinstance(source, Source)
    return analyse([source], POLICY)


def effects(program: str) -> list[tuple[Effect, str]]:
    """What the program does, and to which files of the store."""
    opens = analysed(program).opens_by_path.get("app.py", ())
    reached = ((opened.effect, str(target.template)) for opened in opens for target in opened.targets)
    return [(effect, place) for effect, place in reached if place.startswith("/srv")]


def handed_over(entry: Opener) -> str:
    argument = entry.path[0]
    if argument.position is None:
        return f"{argument.keyword}='/srv/x'"
    return ", ".join([*["unknown()"] * argument.position, "'/srv/x'"])


def by_default(entry: Opener) -> Effect:
    if entry.mode_at is None:
        return entry.effect
    return Effect.APPEND if "a" in entry.mode else Effect.READ


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_does_what_its_entry_says(name: str) -> None:
    callee, entry = FUNCTIONS[name]
    program = f"import {callee.rpartition('.')[0]}\n{callee}({handed_over(entry)})\n"
    assert effects(program) == [(by_default(entry), "/srv/x")]
    assert entry.source


@pytest.mark.parametrize("name", [name for name, (_, entry) in FUNCTIONS.items() if entry.mode_at is not None])
@pytest.mark.parametrize(
    ("mode", "effect"), [("w", Effect.OVERWRITE), ("ab", Effect.APPEND), ("x", Effect.CREATE), ("r+", Effect.UPDATE)]
)
def test_the_mode_decides(name: str, mode: str, effect: Effect) -> None:
    callee, _ = FUNCTIONS[name]
    assert effects(f"import {callee.rpartition('.')[0]}\n{callee}('/srv/x', '{mode}')\n") == [(effect, "/srv/x")]


@pytest.mark.parametrize(
    ("flags", "effect"),
    [
        ("os.O_RDONLY", Effect.READ),
        ("os.O_RDWR", Effect.UPDATE),
        ("os.O_WRONLY | os.O_CREAT | os.O_APPEND", Effect.APPEND),
        ("os.O_WRONLY | os.O_CREAT | os.O_EXCL", Effect.CREATE),
        ("os.O_WRONLY | os.O_CREAT | os.O_TRUNC", Effect.OVERWRITE),
        ("flags", Effect.UNKNOWN),
    ],
)
def test_flags_decide(flags: str, effect: Effect) -> None:
    assert effects(f"import os\nfrom elsewhere import flags\nos.open('/srv/x', {flags})\n") == [(effect, "/srv/x")]


@pytest.mark.parametrize("archive", ["zipfile.ZipFile('a.zip')", "tarfile.open('a.tar.gz', 'r:gz')"])
def test_an_archive_is_unpacked(archive: str) -> None:
    program = f"import tarfile, zipfile\nwith {archive} as archive:\n    archive.extract"
    assert effects(f"{program}all('/srv/x')\n") == [(Effect.EXTRACT, "/srv/x")]
    assert effects(f"{program}('member', '/srv/x')\n") == [(Effect.EXTRACT, "/srv/x")]


@pytest.mark.parametrize("method", PATH_METHODS)
def test_a_path_s_method_reaches_its_file(method: str) -> None:
    first, *others = PATH_METHODS[method]
    arguments = "'/srv/y'" if others or "to" in method.split("_") else "'x'" if "write" in method else ""
    expected = [(by_default(first), "/srv/x"), *((entry.effect, "/srv/y") for entry in others)]
    receiver = "(Path('/srv') / 'x')"
    assert effects(f"from pathlib import Path\n{receiver}.{method}({arguments})\n") == expected


@pytest.mark.parametrize("method", ARGUMENT_METHODS)
def test_a_method_of_anything_writes_the_file_at_its_argument(method: str) -> None:
    assert effects(f"def keep(thing):\n    thing.{method}('/srv/x')\n") == [(ARGUMENT_METHODS[method].effect, "/srv/x")]


@pytest.mark.parametrize("name", [name for entry in HANDLE_WRITERS for name in entry.names])
def test_an_opened_file_is_written_to(name: str) -> None:
    (entry,) = [entry for entry in HANDLE_WRITERS if name in entry.names]
    argument = entry.path[0]
    given = f"{argument.keyword}=FILE" if argument.position is None else ", ".join([*["x"] * argument.position, "FILE"])
    module, _, last = name.rpartition(".")
    program = f"from {module} import {last}\nFILE = open('/srv/x', 'a')\n{last}({given})\n"
    (write,) = analysed(program).writes_by_path["app.py"]
    assert (write.effect, str(write.targets[0].template)) == (Effect.WRITE, "/srv/x")


def test_without_stores_files_are_nobody_s_business() -> None:
    source = decoded("app.py", b"open('/srv/x', 'w').write('x')\n")
    assert isinstance(source, Source)
    project = analyse([source], load_text("", root="/project", source="statefence.toml"))
    assert project.opens_by_path == project.writes_by_path == {}
