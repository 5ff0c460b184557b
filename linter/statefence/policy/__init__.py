"""The policy: which layers a program has, which stores it keeps, and what every child process must carry."""

from statefence.policy.model import Discovery, Forbidden, Mirrors, Opener, Policy, Spawner, Store, StoreKind, Variable

__all__ = ["Discovery", "Forbidden", "Mirrors", "Opener", "Policy", "Spawner", "Store", "StoreKind", "Variable"]
