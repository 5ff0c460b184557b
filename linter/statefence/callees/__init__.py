"""What the analysis knows of functions outside the project: who spawns, opens and executes, and from which arguments.

Adding a callee is adding one entry to the table of its family; every entry names the source of its facts.
"""

from statefence.callees.executors import EXECUTORS, TABLE_GETTERS, TABLE_METHODS, TABLE_OPENERS, Executor
from statefence.callees.openers import FILE_OPENERS, OPENERS, PATH_METHODS, Opener
from statefence.callees.records import Argument, Given
from statefence.callees.spawners import MCP_KEEPS, SPAWNERS, Spawner

__all__ = [
    "EXECUTORS",
    "FILE_OPENERS",
    "MCP_KEEPS",
    "OPENERS",
    "PATH_METHODS",
    "SPAWNERS",
    "TABLE_GETTERS",
    "TABLE_METHODS",
    "TABLE_OPENERS",
    "Argument",
    "Executor",
    "Given",
    "Opener",
    "Spawner",
]
