"""What a run may use: what earlier runs have read, other processes, a cluster."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from statefence.cache.facts import FactsCache
from statefence.engine.pools import cluster, processes
from statefence.facts import Reader
from statefence.policy import Policy


@contextmanager
def reader(options: Namespace, policy: Policy) -> Iterator[Reader]:
    """How the files of a project are read, by the options of `add_resources`; what was read is kept at the end.

    Raises UsageError when the cluster cannot be used.
    """
    memory = None if options.no_cache else FactsCache(policy.root)
    pool = cluster(options.cluster) if options.cluster else processes(options.jobs)
    yield Reader(memory, pool)
    if memory is not None:
        memory.save()
