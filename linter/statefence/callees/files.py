"""Who reads, writes, replaces, moves or removes files, and which argument says which file.

A callee that does two things, such as a move, which takes a file away here and puts it there, has two entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from statefence.callees.records import Argument, Effect, Opener

FILES = "docs.python.org/3/library: io, os, shutil"
PATHLIB = "docs.python.org/3/library/pathlib.html#methods-and-properties"
ARCHIVES = "docs.python.org/3/library/archiving.html"
IO = "docs.python.org/3/library/io.html#io.TextIOBase"
MODE = Argument("mode", 1)


def opening(*names: str, source: str = FILES, keyword: str = "file", mode: str = "r") -> Opener:
    """A function that opens the file at its first argument in the mode given as its second."""
    return Opener(names, source, (Argument(keyword, 0),), effect=Effect.UNKNOWN, mode_at=MODE, mode=mode, file=True)


def file(
    *names: str, effect: Effect, keyword: str, position: int | None = 0, source: str = FILES, **options: object
) -> Opener:
    """A function that does something to the file at one of its arguments."""
    return Opener(names, source, (Argument(keyword, position),), effect=effect, **options)  # type: ignore[arg-type] # see Opener


def source_and_target(*names: str, source: Effect, target: Effect, keywords: tuple[str, str]) -> tuple[Opener, Opener]:
    """A function of two paths, which does one thing to the first and another to the second, directories included."""
    taken, put = keywords
    return (
        file(*names, effect=source, keyword=taken, tree=True),
        file(*names, effect=target, keyword=put, position=1, tree=True),
    )


def extracting(archive: str) -> Iterator[Opener]:
    """The methods by which an opened archive puts its files on disk; without a path, into the working directory."""
    for method, position in (("extractall", 0), ("extract", 1)):
        yield file(
            f"{archive}.{method}",
            effect=Effect.EXTRACT,
            keyword="path",
            position=position,
            source=ARCHIVES,
            absent=".",
            tree=True,
        )


FILE_OPENERS: tuple[Opener, ...] = (
    opening("io.open", "builtins.open", "codecs.open"),
    opening("io.FileIO", "_io.FileIO"),
    opening("os.open", keyword="path"),
    opening("aiofiles.open", "aiofiles.threadpool.open", source="github.com/Tinche/aiofiles"),
    opening("anyio.open_file", "trio.open_file", source="anyio.readthedocs.io, trio.readthedocs.io"),
    opening("gzip.open", "gzip.GzipFile", source=ARCHIVES, keyword="filename", mode="rb"),
    opening("bz2.open", "bz2.BZ2File", "lzma.open", "lzma.LZMAFile", source=ARCHIVES, keyword="filename", mode="rb"),
    opening("zipfile.ZipFile", "zipfile.PyZipFile", source=ARCHIVES),
    opening("tarfile.open", "tarfile.TarFile.open", "tarfile.TarFile", source=ARCHIVES, keyword="name"),
    opening("wave.open", source="docs.python.org/3/library/wave.html"),
    opening("smart_open.open", source="github.com/piskvorky/smart_open", keyword="uri"),
    opening(
        "logging.FileHandler", source="docs.python.org/3/library/logging.handlers.html", keyword="filename", mode="a"
    ),
    file(
        "atomicwrites.atomic_write", effect=Effect.REPLACE, keyword="path", source="python-atomicwrites.readthedocs.io"
    ),
    file("os.remove", "os.unlink", effect=Effect.REMOVE, keyword="path"),
    file(
        "send2trash.send2trash", effect=Effect.REMOVE, keyword="paths", source="pypi.org/project/Send2Trash", tree=True
    ),
    file("shutil.rmtree", effect=Effect.REMOVE, keyword="path", tree=True),
    file("os.truncate", effect=Effect.TRUNCATE, keyword="path"),
    file("os.mknod", "os.mkfifo", effect=Effect.CREATE, keyword="path"),
    file("os.link", "os.symlink", effect=Effect.CREATE, keyword="dst", position=1),
    *source_and_target(
        "os.replace", "os.rename", "os.renames", source=Effect.MOVE, target=Effect.REPLACE, keywords=("src", "dst")
    ),
    *source_and_target("shutil.move", source=Effect.MOVE, target=Effect.REPLACE, keywords=("src", "dst")),
    *source_and_target(
        "shutil.copy",
        "shutil.copy2",
        "shutil.copyfile",
        source=Effect.READ,
        target=Effect.OVERWRITE,
        keywords=("src", "dst"),
    ),
    *source_and_target("shutil.copytree", source=Effect.READ, target=Effect.EXTRACT, keywords=("src", "dst")),
    file("shutil.unpack_archive", effect=Effect.EXTRACT, keyword="extract_dir", position=1, absent=".", tree=True),
    *extracting("zipfile.ZipFile"),
    *extracting("tarfile.open"),
    file(
        "numpy.save",
        "numpy.savez",
        "numpy.savez_compressed",
        "numpy.savetxt",
        effect=Effect.OVERWRITE,
        keyword="file",
        source="numpy.org/doc/stable/reference/routines.io.html",
    ),
    file("joblib.dump", effect=Effect.OVERWRITE, keyword="filename", position=1, source="joblib.readthedocs.io"),
    file(
        "torch.save",
        effect=Effect.OVERWRITE,
        keyword="f",
        position=1,
        source="pytorch.org/docs/stable/generated/torch.save.html",
    ),
    file(
        "urllib.request.urlretrieve",
        effect=Effect.OVERWRITE,
        keyword="filename",
        position=1,
        source="docs.python.org/3/library/urllib.request.html",
    ),
)


def of_path(method: str, effect: Effect, **options: object) -> Opener:
    """A method of a path that does something to the file it names, or to the one that its argument names."""
    return Opener((f"pathlib.Path.{method}",), PATHLIB, effect=effect, **{"path": (), **options})  # type: ignore[arg-type] # see Opener


TARGET = (Argument("target", 0),)
PATH_METHODS: dict[str, tuple[Opener, ...]] = {
    "open": (of_path("open", Effect.UNKNOWN, mode_at=Argument("mode", 0), file=True),),
    "read_text": (of_path("read_text", Effect.READ),),
    "read_bytes": (of_path("read_bytes", Effect.READ),),
    "write_text": (of_path("write_text", Effect.OVERWRITE),),
    "write_bytes": (of_path("write_bytes", Effect.OVERWRITE),),
    "touch": (of_path("touch", Effect.CREATE),),
    "symlink_to": (of_path("symlink_to", Effect.CREATE),),
    "hardlink_to": (of_path("hardlink_to", Effect.CREATE),),
    "unlink": (of_path("unlink", Effect.REMOVE),),
    "rename": (
        of_path("rename", Effect.MOVE, tree=True),
        of_path("rename", Effect.REPLACE, path=TARGET, tree=True),
    ),
    "replace": (
        of_path("replace", Effect.MOVE, tree=True),
        of_path("replace", Effect.REPLACE, path=TARGET, tree=True),
    ),
}
"""Methods of a path that reach a file: the one it names unless an argument is said to."""

PANDAS = "pandas.pydata.org/docs/reference/io.html"


def of_any(method: str, keyword: str, source: str, effect: Effect = Effect.OVERWRITE, absent: str = "") -> Opener:
    """A method, told by its name alone, that writes the file at its first argument."""
    return file(method, effect=effect, keyword=keyword, source=source, absent=absent)


ARGUMENT_METHODS: dict[str, Opener] = {
    entry.names[0]: entry
    for entry in (
        of_any("to_csv", "path_or_buf", PANDAS),
        of_any("to_json", "path_or_buf", PANDAS),
        of_any("to_pickle", "path", PANDAS),
        of_any("to_parquet", "path", PANDAS),
        of_any("to_feather", "path", PANDAS),
        of_any("to_excel", "excel_writer", PANDAS),
        of_any("write_csv", "file", "docs.pola.rs/api/python"),
        of_any("write_parquet", "file", "docs.pola.rs/api/python"),
        of_any("savefig", "fname", "matplotlib.org/stable/api/pyplot_summary.html"),
        of_any("extractall", "path", ARCHIVES, Effect.EXTRACT, absent="."),
    )
}
"""Methods of objects that the analysis does not follow, with names that leave no doubt."""

HANDLE_METHODS: dict[str, Effect] = {
    "write": Effect.WRITE,
    "writelines": Effect.WRITE,
    "writestr": Effect.WRITE,
    "truncate": Effect.TRUNCATE,
}
"""Methods of an opened file that change it."""


def onto(*names: str, source: str, keyword: str, position: int | None = 1) -> Opener:
    """A function that writes to the opened file at one of its arguments."""
    return file(*names, effect=Effect.WRITE, keyword=keyword, position=position, source=source)


HANDLE_WRITERS: tuple[Opener, ...] = (
    onto("json.dump", source="docs.python.org/3/library/json.html#json.dump", keyword="fp"),
    onto("simplejson.dump", "ujson.dump", source="simplejson.readthedocs.io", keyword="fp"),
    onto("pickle.dump", "marshal.dump", source="docs.python.org/3/library/pickle.html#pickle.dump", keyword="file"),
    onto("dill.dump", "cloudpickle.dump", source="dill.readthedocs.io", keyword="file"),
    onto("plistlib.dump", source="docs.python.org/3/library/plistlib.html", keyword="fp"),
    onto("yaml.dump", "yaml.safe_dump", source="pyyaml.org/wiki/PyYAMLDocumentation", keyword="stream"),
    onto("toml.dump", "tomlkit.dump", source="github.com/uiri/toml", keyword="f"),
    onto("tomli_w.dump", source="github.com/hukkin/tomli-w", keyword="fp"),
    onto("csv.writer", "csv.DictWriter", source="docs.python.org/3/library/csv.html", keyword="f", position=0),
    onto("shutil.copyfileobj", source="docs.python.org/3/library/shutil.html", keyword="fdst"),
    onto("builtins.print", source="docs.python.org/3/library/functions.html#print", keyword="file", position=None),
    onto("os.ftruncate", source=FILES, keyword="fd", position=0),
)
"""Functions that write to a file which somebody else opened."""
