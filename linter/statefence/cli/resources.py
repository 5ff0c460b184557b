"""What a run may use: what earlier runs have read, other processes, a cluster."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from statefence.cache.answers import AnswersCache
from statefence.cache.facts import FactsCache
from statefence.engine.pools import cluster, processes
from statefence.facts import Reader
from statefence.policy import Policy
from statefence.project import Latest


class Resources(NamedTuple):
    """What a run may use.

    Attributes:
        reader: how the files of a project are read.
        past: what earlier runs found out.
    """

    reader: Reader
    past: Latest


@contextmanager
def resources(options: Namespace, policy: Policy) -> Iterator[Resources]:
    """What a run may use, by the options of `add_resources`; what was read and found out is kept at the end.

    Raises UsageError when the cluster cannot be used.
    """
    pool = cluster(options.cluster) if options.cluster else processes(options.jobs)
    if options.no_cache:
        yield Resources(Reader(None, pool), Latest())
        return
    facts, answers = FactsCache(policy.root), AnswersCache(policy)
    before = answers.known()
    past = Latest(before)
    yield Resources(Reader(facts, pool), past)
    facts.save()
    if past.answers is not None and past.answers is not before:
        answers.keep(past.answers)
