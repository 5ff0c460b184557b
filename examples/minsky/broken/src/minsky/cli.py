"""The command line: what can be asked, and what is printed."""

import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from minsky.commands import doctor
from minsky.commands import sessions as commands
from minsky.errors import MinskyError
from minsky.sessions.backup import back_up
from minsky.sessions.provider import SessionProvider, open_provider
from minsky.sessions.session import Session
from minsky.workspaces import workspace_of

Command = Callable[[SessionProvider, Namespace], int]


def main(arguments: list[str]) -> int:
    """Run a command; returns 0, 1 where something is wrong, or the exit code of what `exec` ran."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(open_provider(Path.cwd()), options)
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
    add(run_start, "start", name, ("--task", {"default": ""}))
    add(run_list, "list")
    add(run_get, "get", name)
    add(run_pr, "pr", ("name", {"nargs": "?"}))
    add(run_delete, "delete", name)
    add(run_exec, "exec", name, ("words", {"nargs": REMAINDER}))
    add(run_backup, "backup")
    add(run_doctor, "doctor")
    return top


def run_start(sessions: SessionProvider, options: Namespace) -> int:
    """Start a session of the repository here."""
    print(workspace_of(commands.start(sessions, options.name, options.task, Path.cwd()).name))
    return 0


def run_list(sessions: SessionProvider, _options: Namespace) -> int:
    """List the sessions."""
    for session in sessions.list_all():
        print(described(session))
    return 0


def run_get(sessions: SessionProvider, options: Namespace) -> int:
    """Show one session."""
    print(described(commands.find(sessions, options.name)))
    return 0


def run_pr(sessions: SessionProvider, options: Namespace) -> int:
    """Publish a session's commits for review."""
    published = commands.publish(sessions, options.name, Path.cwd())
    print(f"{published.name} is published as {published.pull_request}")
    return 0


def run_delete(sessions: SessionProvider, options: Namespace) -> int:
    """Delete a session and its workspace."""
    commands.delete(sessions, options.name)
    return 0


def run_exec(sessions: SessionProvider, options: Namespace) -> int:
    """Run a command in a session's workspace."""
    return commands.run_in(commands.find(sessions, options.name), options.words)


def run_backup(_sessions: SessionProvider, _options: Namespace) -> int:
    """Copy the session database."""
    print(back_up())
    return 0


def run_doctor(_sessions: SessionProvider, _options: Namespace) -> int:
    """Show numbers for those who report a fault."""
    print(f"{doctor.session_count()} sessions")
    return 0


def described(session: Session) -> str:
    """A session in one line, its fields between tabs."""
    return "\t".join([session.name, session.task or "-", session.pull_request or "-", session.repository])
