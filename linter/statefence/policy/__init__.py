"""The policy: which layers a program has, which stores it keeps, and what every child process must carry."""

from statefence.policy.model import Forbidden, Opener, Policy, Spawner, Store, StoreKind, Variable

__all__ = ["Forbidden", "Opener", "Policy", "Spawner", "Store", "StoreKind", "Variable"]
