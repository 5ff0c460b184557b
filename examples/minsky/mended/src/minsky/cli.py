"""The command line: what can be asked, and what is printed."""

import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from minsky.commands import repair
from minsky.commands import sessions as commands
from minsky.commands.choice import chosen
from minsky.config import BACKENDS, Settings
from minsky.errors import MinskyError
from minsky.sessions.provider import SessionProvider, open_provider
from minsky.sessions.session import Session
from minsky.workspaces import workspace_of

Command = Callable[[SessionProvider, Namespace], int]


def main(arguments: list[str]) -> int:
    """Run a command; returns 0, 1 where something is wrong, or the exit code of what `exec` ran."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(open_provider(), options)
    except MinskyError as error:
        print(f"minsky: {error}", file=sys.stderr)
        return 1


def parser() -> ArgumentParser:
    """All commands and their arguments."""
    top = ArgumentParser(prog="minsky", description="A workspace of its own for every task.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Command, name: str, *arguments: tuple[str, dict[str, object]]) -> None:
        added = commands.add_parser(name, help=command.__doc__)
        added.set_defaults(command=command)
        for flag, settings in arguments:
            added.add_argument(flag, **settings)  # type: ignore[arg-type] # the settings are those of argparse

    name: tuple[str, dict[str, object]] = ("name", {})
    session: tuple[str, dict[str, object]] = ("name", {"nargs": "?"})
    add(run_start, "start", name, ("--task", {"default": ""}))
    add(run_list, "list", ("--task", {"default": ""}))
    add(run_get, "get", session)
    add(run_pr, "pr", session)
    add(run_delete, "delete", name)
    add(run_exec, "exec", name, ("words", {"nargs": REMAINDER}))
    add(run_sync, "sync")
    add(run_import, "import", ("directory", {"type": Path}))
    add(run_recover, "recover")
    add(run_consolidate, "consolidate", ("directories", {"type": Path, "nargs": "*"}))
    add(run_convert, "convert", ("backend", {"choices": BACKENDS}), ("--url", {"default": ""}))
    add(run_check, "check")
    return top


def run_start(sessions: SessionProvider, options: Namespace) -> int:
    """Start a session of the repository here."""
    print(workspace_of(commands.start(sessions, options.name, options.task, Path.cwd()).name))
    return 0


def run_list(sessions: SessionProvider, options: Namespace) -> int:
    """List the sessions."""
    for session in sessions.find_by_task(options.task) if options.task else sessions.list_all():
        print(described(session))
    return 0


def run_get(sessions: SessionProvider, options: Namespace) -> int:
    """Show one session."""
    print(described(chosen(sessions, options.name, Path.cwd())))
    return 0


def run_pr(sessions: SessionProvider, options: Namespace) -> int:
    """Publish a session's commits for review."""
    published = commands.publish(sessions, chosen(sessions, options.name, Path.cwd()))
    print(f"{published.name} is published as {published.pull_request}")
    return 0


def run_delete(sessions: SessionProvider, options: Namespace) -> int:
    """Delete a session and its workspace."""
    commands.delete(sessions, chosen(sessions, options.name, Path.cwd()))
    return 0


def run_exec(sessions: SessionProvider, options: Namespace) -> int:
    """Run a command in a session's workspace."""
    return commands.run_in(chosen(sessions, options.name, Path.cwd()), options.words)


def run_sync(sessions: SessionProvider, _options: Namespace) -> int:
    """Register the sessions that are on disk only."""
    print(f"{repair.synchronise(sessions)} registered")
    return 0


def run_import(sessions: SessionProvider, options: Namespace) -> int:
    """Register a workspace that was restored by hand."""
    print(f"{repair.import_workspace(sessions, options.directory).name} registered")
    return 0


def run_recover(sessions: SessionProvider, _options: Namespace) -> int:
    """Make a damaged database anew from what is on disk."""
    recovery = repair.recover(sessions)
    if recovery.damaged is not None:
        print(f"the damaged database is now {recovery.damaged}")
    print(f"{recovery.registered} registered")
    return 0


def run_consolidate(sessions: SessionProvider, options: Namespace) -> int:
    """Bring home the databases of older versions."""
    for merged in repair.consolidate(sessions, options.directories or [Path.cwd()]):
        print(f"{merged.added} from {merged.backup}")
        for name in merged.conflicts:
            print(f"{name} differs in {merged.backup}: the one database keeps its own")
    return 0


def run_convert(sessions: SessionProvider, options: Namespace) -> int:
    """Copy all sessions to another backend."""
    print(f"{repair.convert(sessions, Settings(options.backend, options.url))} copied")
    return 0


def run_check(sessions: SessionProvider, _options: Namespace) -> int:
    """Say what is not as it should be."""
    found = repair.problems(sessions)
    for problem in found:
        print(problem)
    return 1 if found else 0


def described(session: Session) -> str:
    """A session in one line, its fields between tabs."""
    return "\t".join([session.name, session.task or "-", session.pull_request or "-", session.repository])
