"""The command line."""

import json
import sqlite3
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import closing

from cherry.database import open_agents
from cherry.database.migrations import MIGRATIONS
from cherry.database.migrator import migrate
from cherry.database.schema import ensure_indexes
from cherry.errors import CherryError
from cherry.services.agents import add_agent, list_agents, search_agents
from cherry.services.maintenance import compact, log_count
from cherry.services.session_logs import add_log, logs
from cherry.services.sessions import archive_session, effective_settings, set_status, start_session
from cherry.view.types import session_views, title

Command = Callable[[sqlite3.Connection, Namespace], None]


def main(arguments: list[str]) -> int:
    """Run a command; returns 0 or 1."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        with closing(open_agents()) as connection:
            migrate(connection, MIGRATIONS)
            ensure_indexes(connection)
            command(connection, options)
    except CherryError as error:
        print(f"cherry: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> ArgumentParser:
    """All commands and their arguments."""
    top = ArgumentParser(prog="cherry", description="Agents, their sessions, and what happens in them.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(command: Command, name: str) -> ArgumentParser:
        added = commands.add_parser(name, help=command.__doc__)
        added.set_defaults(command=command)
        return added

    agent = add(run_add, "add")
    agent.add_argument("name")
    agent.add_argument("model")
    agent.add_argument("--max-steps", type=int, default=10)
    add(run_agents, "agents").add_argument("name", nargs="?")
    start = add(run_start, "start")
    start.add_argument("agent")
    start.add_argument("goal")
    start.add_argument("--model")
    add(run_sessions, "sessions")
    add(run_settings, "settings").add_argument("session")
    say = add(run_say, "say")
    say.add_argument("session")
    say.add_argument("text")
    add(run_log, "log").add_argument("session")
    finish = add(run_finish, "finish")
    finish.add_argument("session")
    finish.add_argument("--archive", action="store_true")
    add(run_compact, "compact")
    return top


def run_add(connection: sqlite3.Connection, options: Namespace) -> None:
    """Add an agent."""
    print(add_agent(connection, options.name, options.model, max_steps=options.max_steps).id)


def run_agents(connection: sqlite3.Connection, options: Namespace) -> None:
    """List agents, all or those of a name."""
    found = search_agents(connection, options.name) if options.name else list_agents(connection)
    for agent in found:
        print(f"{agent.id}\t{agent.name}\t{agent.model}")


def run_start(connection: sqlite3.Connection, options: Namespace) -> None:
    """Start a session of an agent."""
    print(start_session(connection, options.agent, options.goal, model=options.model).id)


def run_sessions(_connection: sqlite3.Connection, _options: Namespace) -> None:
    """List the sessions."""
    for session in session_views():
        print(title(session))


def run_settings(connection: sqlite3.Connection, options: Namespace) -> None:
    """Show what a session works with."""
    print(json.dumps(effective_settings(connection, options.session), indent=1))


def run_say(connection: sqlite3.Connection, options: Namespace) -> None:
    """Note what the user said."""
    print(add_log(connection, options.session, "user", "message", {"text": options.text}))


def run_log(connection: sqlite3.Connection, options: Namespace) -> None:
    """Show what happened in a session."""
    for entry in logs(connection, options.session):
        print(f"{entry.id}\t{entry.role}\t{entry.type}\t{entry.content}")


def run_finish(connection: sqlite3.Connection, options: Namespace) -> None:
    """Say that a session is done."""
    set_status(connection, options.session, "completed")
    if options.archive:
        archive_session(connection, options.session)


def run_compact(_connection: sqlite3.Connection, _options: Namespace) -> None:
    """Give back room on the disk."""
    compact()
    print(f"{log_count()} log entries")
