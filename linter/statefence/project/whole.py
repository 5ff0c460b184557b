"""A whole run: everything that there is to find out about a program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from statefence.project.answers import Answers, Body, File, Question
from statefence.project.deciding import deciding_functions
from statefence.project.handed_on import HandedOn, as_data, struct_table
from statefence.project.outlines import digest
from statefence.project.program import Program, RawSite, Unit
from statefence.project.records import NOTHING, by_body, ddl_by_body, records_by_body
from statefence.project.relevance import Wrappers, giving_variables
from statefence.project.rounds import Interpretation, interpret
from statefence.project.statements import Pieces
from statefence.project.struct_table import StructTable
from statefence.project.text_files import Texts
from statefence.sql import Schema, schema_of

PARSED_ANYWAY = 1_000_000
"""In bytes: files that hold nothing of interest are parsed too, for their syntax, unless they are more than this."""


def whole(program: Program, question: Question) -> Answers:
    """All answers about a program of which nothing is known yet."""
    interpretation = interpret(program, thorough=question.thorough)
    sites = by_body(program, interpretation.sites)
    ddl = ddl_by_body(sites, question.files)
    schema = schema_by(question, ddl)
    table = struct_table()
    bodies = bodies_of(program, interpretation, sites, ddl, schema, question.files, table)
    all_parsed = parse_rest(program, program.facts.keys())
    return Answers(
        question.digest,
        tuple([file_of(unit, program.unparsed.get(unit.path, "")) for unit in program.units.values()]),
        interpretation.rounds,
        interpretation.roots,
        Wrappers(decided_by(bodies.values()), interpretation.wrappers.exported),
        bodies,
        schema,
        tuple(program.too_deep.values()),
        all_parsed,
        tuple(table.nodes),
        len(table.nodes),
    )


def file_of(unit: Unit, reason: str) -> File:
    """What is kept of a file."""
    return File(unit.name, unit.path, digest(unit.data), unit.outline, reason)


def parse_rest(program: Program, needed: Collection[str]) -> bool:
    """Parse the files that no question led to, so that bad syntax is told of, unless they are too many."""
    rest = [unit for unit in program.units.values() if unit.name not in needed]
    if sum(len(unit.data) for unit in rest) > PARSED_ANYWAY:
        return False
    program.parse_all((unit, None) for unit in rest)
    return True


def schema_by(question: Question, ddl: Mapping[str, Iterable[Pieces]]) -> Schema:
    """The schema as the migrations make it, and as the program's own DDL declares what they do not."""
    own = (pieces for _, texts in sorted(ddl.items()) for pieces in texts)
    return schema_of([*((sql,) for sql in question.migrated), *own])


def bodies_of(
    program: Program,
    interpretation: Interpretation,
    sites: Mapping[str, list[RawSite]],
    ddl: Mapping[str, tuple[Pieces, ...]],
    schema: Schema,
    files: Texts,
    table: StructTable,
) -> dict[str, Body]:
    """The answers about each body that was interpreted, and each key that was asked about."""
    noted = program.consulted
    records = records_by_body(program, sites, schema, files)
    giving = giving_variables(program)
    handed: dict[str, list[HandedOn]] = {}
    for each in interpretation.handed:
        handed.setdefault(program.body_of(each.site.function), []).append(as_data(each, table))
    calls: dict[str, set[str]] = {}
    for key, edges in program.edges.items():
        calls.setdefault(program.body_of(key), set()).update([edge.callee for edge in edges])
    return {
        key: Body(
            frozenset(asked),
            noted.first[key] if key in noted.circular else None,
            records.get(key, NOTHING),
            ddl.get(key, ()),
            frozenset(deciding_functions(program, sites.get(key, ()))) | ({key} & giving),
            tuple(handed.get(key, ())),
            frozenset(calls.get(key, ())) & interpretation.wrappers.keys,
        )
        for key, asked in noted.asked.items()
    }


def decided_by(bodies: Iterable[Body]) -> frozenset[str]:
    """The functions that are wrappers because of one of the bodies."""
    return frozenset(key for body in bodies for key in body.decided)
