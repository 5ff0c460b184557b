"""What the analysis knows of functions outside the project: who spawns, opens and executes, and from which arguments.

Adding a callee is adding one entry to the table of its family; every entry names the source of its facts.
"""

from statefence.callees.commands import COMMANDS, LOCAL_ENV, LOCAL_ENVS, Commands
from statefence.callees.executors import (
    EXECUTING_FUNCTIONS,
    EXECUTORS,
    OWN_NAMES,
    TABLE_GETTERS,
    TABLE_METHODS,
    TABLE_OPENERS,
    TEXT_KEYWORDS,
    Executor,
)
from statefence.callees.files import ARGUMENT_METHODS, FILE_OPENERS, HANDLE_METHODS, HANDLE_WRITERS, PATH_METHODS
from statefence.callees.openers import OPENERS
from statefence.callees.records import ENVIRON, Argument, Effect, Given, Opener, Spawner
from statefence.callees.spawners import LOOPS, MCP_KEEPS, SPAWNERS

__all__ = [
    "ARGUMENT_METHODS",
    "COMMANDS",
    "ENVIRON",
    "EXECUTING_FUNCTIONS",
    "EXECUTORS",
    "FILE_OPENERS",
    "HANDLE_METHODS",
    "HANDLE_WRITERS",
    "LOCAL_ENV",
    "LOCAL_ENVS",
    "LOOPS",
    "MCP_KEEPS",
    "OPENERS",
    "OWN_NAMES",
    "PATH_METHODS",
    "SPAWNERS",
    "TABLE_GETTERS",
    "TABLE_METHODS",
    "TABLE_OPENERS",
    "TEXT_KEYWORDS",
    "Argument",
    "Commands",
    "Effect",
    "Executor",
    "Given",
    "Opener",
    "Spawner",
]
