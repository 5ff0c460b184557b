"""The command line: what can be asked, and what is printed."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from chatty import dashboard
from chatty.chat import conversation
from chatty.errors import ChattyError
from chatty.imports.importer import import_archive
from chatty.storage import logins, references, runtimes, uploads

Command = Callable[[Namespace], None]


def main(arguments: list[str]) -> int:
    """Run a command; returns 0, or 1 where something is wrong."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        command(options)
    except ChattyError as error:
        print(f"chatty: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> ArgumentParser:
    """All commands and their arguments."""
    top = ArgumentParser(prog="chatty", description="A chat assistant that takes in conversations from elsewhere.")
    top.add_argument("--user", required=True)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for command, name, arguments in (
        (run_new, "new", ("name", "instructions")),
        (run_list, "list", ()),
        (run_delete, "delete", ("runtime",)),
        (run_say, "say", ("runtime", "text")),
        (run_history, "history", ("runtime",)),
        (run_upload, "upload", ("runtime", "file")),
        (run_import, "import", ("file",)),
        (run_conversations, "conversations", ("runtime",)),
        (run_title, "title", ("runtime", "title")),
        (run_users, "users", ()),
        (run_login, "login", ()),
    ):
        added = commands.add_parser(name, help=command.__doc__)
        added.set_defaults(command=command)
        for argument in arguments:
            added.add_argument(argument)
    return top


def run_new(options: Namespace) -> None:
    """Make a runtime."""
    print(runtimes.create(options.user, options.name, options.instructions).id)


def run_list(options: Namespace) -> None:
    """List the runtimes, with their files and imported conversations."""
    for line in dashboard.lines(options.user):
        print(*line, sep="\t")


def run_delete(options: Namespace) -> None:
    """Delete a runtime."""
    conversation.forget(options.user, options.runtime)


def run_say(options: Namespace) -> None:
    """Say something to a runtime."""
    print(conversation.say(options.user, options.runtime, options.text))


def run_history(options: Namespace) -> None:
    """Show what was said to a runtime."""
    for turn in conversation.history(options.user, options.runtime):
        print(f"{turn.speaker}: {turn.text}")


def run_upload(options: Namespace) -> None:
    """Give a runtime a file."""
    path = Path(options.file)
    uploads.save(options.user, options.runtime, path.name, path.read_bytes())


def run_import(options: Namespace) -> None:
    """Import an archive of conversations."""
    print(import_archive(options.user, Path(options.file).read_bytes()).id)


def run_conversations(options: Namespace) -> None:
    """List the conversations that were imported into a runtime."""
    for reference in references.list_all(options.user, options.runtime):
        print(reference.id, reference.title, reference.messages, sep="\t")


def run_title(options: Namespace) -> None:
    """Give the transcript of a runtime a title."""
    conversation.rename(options.user, options.runtime, options.title)


def run_users(_options: Namespace) -> None:
    """Count the users who have runtimes."""
    print(dashboard.users())


def run_login(options: Namespace) -> None:
    """Give out a token."""
    print(logins.log_in(options.user))
