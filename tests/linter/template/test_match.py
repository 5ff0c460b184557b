"""Whether the path that code reaches lies on a template of the policy, case by case."""

from __future__ import annotations

import pytest

from statefence.model import Answer
from statefence.template import Piece, Symbol, SymbolKind, Template, build, match, parse

STATE = parse("{env:CHATOS_STATE_DIR|{home}/.chatos}")
ADMIN = "{state}/chatos.db.sqlite"
STRAY = "{state}/*_chat_runtime/*_chat_runtime.db.sqlite"

HOME = Symbol(SymbolKind.HOME)
VARIABLE = Symbol(SymbolKind.ENV, "CHATOS_STATE_DIR")
EITHER = Symbol(SymbolKind.ENV, "CHATOS_STATE_DIR", build([HOME, "/.chatos"]))
OTHERWISE = Symbol(SymbolKind.ENV, "CHATOS_STATE_DIR", build([HOME, "/.other"]))
X = Symbol(SymbolKind.PARAM, "f.x")
Y = Symbol(SymbolKind.PARAM, "f.y")
ANY = Symbol(SymbolKind.ANY)
TMP = Symbol(SymbolKind.TMP)


@pytest.mark.parametrize(
    ("pattern", "pieces", "answer"),
    [
        (ADMIN, [EITHER, "/chatos.db.sqlite"], Answer.YES),
        (ADMIN, [VARIABLE, "/chatos.db.sqlite"], Answer.YES),
        (ADMIN, [HOME, "/.chatos/chatos.db.sqlite"], Answer.YES),
        (ADMIN, [HOME, "/.chatos/", X, "/../chatos.db.sqlite"], Answer.UNKNOWN),
        (ADMIN, [OTHERWISE, "/chatos.db.sqlite"], Answer.UNKNOWN),
        (ADMIN, [TMP, "/chatos.db.sqlite"], Answer.UNKNOWN),
        (ADMIN, [TMP, "/other.db"], Answer.NO),
        (ADMIN, [X], Answer.UNKNOWN),
        (ADMIN, [X, "/chatos.db.sqlite"], Answer.UNKNOWN),
        (ADMIN, [X, "_chat_runtime.db"], Answer.NO),
        (STRAY, [EITHER, "/", X, "_chat_runtime/", X, "_chat_runtime.db.sqlite"], Answer.YES),
        (STRAY, [EITHER, "/", X, "/", X, "_chat_runtime.db.sqlite"], Answer.UNKNOWN),
        (STRAY, [EITHER, "/chatos.db.sqlite"], Answer.NO),
        ("{home}/a/*.db", [HOME, "/a/b/x.db"], Answer.NO),
        ("{home}/**/x.db", [HOME, "/a/b/x.db"], Answer.YES),
        ("{home}/**", [HOME], Answer.YES),
        ("{home}/*", [HOME], Answer.NO),
        ("{home}/**", [HOME, "/", X, "/../y"], Answer.UNKNOWN),
        ("/**/x.db", [X, "/x.db"], Answer.YES),
        ("{any}/x.db", [X, "/x.db"], Answer.YES),
        ("/**/x.db", [X, ".db"], Answer.UNKNOWN),
        ("{home}/{u}/{u}.db", [HOME, "/a/a.db"], Answer.YES),
        ("{home}/{u}/{u}.db", [HOME, "/a/b.db"], Answer.NO),
        ("{home}/{u}/{u}.db", [HOME, "/", X, "/", X, ".db"], Answer.YES),
        ("{home}/{u}/{u}.db", [HOME, "/", X, "/", Y, ".db"], Answer.UNKNOWN),
        ("{home}/{u}/{u}.db", [HOME, "/", ANY, "/", ANY, ".db"], Answer.UNKNOWN),
        ("{home}/a/b", [HOME, "/", X, "/", X], Answer.NO),
        ("{home}/?.db", [HOME, "/a.db"], Answer.YES),
        ("{home}/?.db", [HOME, "/", X, ".db"], Answer.UNKNOWN),
        ("{home}/?.db", [HOME, "/ab", X, ".db"], Answer.NO),
        ("{home}/X.db", [HOME, "/x.db"], Answer.NO),
        ("{home}/x.db", ["/Users/ann/x.db"], Answer.UNKNOWN),
        ("{home}/x.db", ["/Users/ann/y.db"], Answer.NO),
        ("{home}/x.db", ["postgresql://h/x.db"], Answer.NO),
        ("{env:URL}", ["postgresql://h/db"], Answer.UNKNOWN),
        ("postgresql://h/*", ["postgresql://h/db"], Answer.YES),
        ("C:/x", ["/x"], Answer.NO),
        ("C:/x", ["C:\\x"], Answer.YES),
        ("/data/x", ["/data/y"], Answer.NO),
    ],
)
def test_a_path_lies_on_a_template(pattern: str, pieces: list[Piece | str], answer: Answer) -> None:
    assert match(parse(pattern, STATE), build(pieces)) is answer


def test_a_template_lies_on_itself() -> None:
    template = parse("{home}/?{u}*/**/{any}")
    assert match(template, template) is Answer.YES


def test_a_policy_template_lies_within_a_wider_one() -> None:
    assert match(parse("{home}/**/*.db"), parse("{home}/{user}/x*.db")) is Answer.YES
    assert match(parse("{home}/{user}/x*.db"), parse("{home}/**/*.db")) is Answer.UNKNOWN


def test_code_points_that_stand_for_values_never_prove_anything() -> None:
    assert match(parse("/{u}/x"), build("/\U00108000/x")) is Answer.UNKNOWN


def test_many_variables_are_unknown_rather_than_slow() -> None:
    text = "/".join(["", *(f"{{env:V{number}|x}}" for number in range(30))])
    assert match(parse(text), parse(text + "/y")) is Answer.UNKNOWN


def test_a_glob_of_many_stars_is_answered_in_time() -> None:
    assert match(parse("/" + "a*" * 40 + "b"), build("/" + "a" * 3000)) is Answer.NO
    assert match(parse("/" + "a*" * 40 + "b"), build("/" + "a" * 3000 + "b")) is Answer.YES


def test_a_place_in_the_middle_of_a_segment_may_be_any_number_of_segments() -> None:
    path = Template(((), (*build([HOME]).segments[0],)))
    assert match(parse("/a/b/c"), path) is Answer.UNKNOWN
    assert match(parse("/*"), path) is Answer.UNKNOWN
