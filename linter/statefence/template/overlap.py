"""Can two paths be the same one? Over-approximate: only "no" is a proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from statefence.template.build import is_literal_root
from statefence.template.records import ABSOLUTE, TREE, UP, Glob, Piece, Segment, Symbol, SymbolKind, Template, Text

_MANY = Glob("*")
_ONE = Glob("?")

Key = tuple[str, SymbolKind, str]
Bound = frozenset[tuple[Key, str]]
Sign = str | Glob
Side = tuple[Segment, ...]


def can_overlap(pattern: Template, path: Template) -> bool:
    """Whether some value of every symbol puts the path on the pattern. Defaults must be substituted before."""
    aligned = _aligned(pattern, path)
    if aligned is None:
        return False
    keys = _repeated_keys(*aligned)
    left, right = aligned
    pending: list[tuple[int, int, Bound]] = [(0, 0, frozenset())]
    seen: set[tuple[int, int, Bound]] = set()
    while pending:
        state = pending.pop()
        if state[0] == len(left) and state[1] == len(right):
            return True
        if state not in seen:
            seen.add(state)
            pending.extend(_steps(left, right, state, keys))
    return False


def _aligned(pattern: Template, path: Template) -> tuple[Side, Side] | None:
    """The segments to compare: those after the root when both have the same; None when the roots exclude each other."""
    left, right = pattern.segments[0], path.segments[0]
    if UP not in pattern.segments + path.segments:
        if left == right and all(_is_fixed(piece) for piece in left):
            return _side(pattern.segments[1:]), _side(path.segments[1:])
        if is_literal_root(left) and is_literal_root(right):
            return None
    if any(_is_url(one) and two and _kind(two[0]) in ABSOLUTE for one, two in ((left, right), (right, left))):
        return None
    return _free(pattern), _free(path)


def _free(template: Template) -> Side:
    """The segments under the root of all roots, when the template's own may be anywhere below it."""
    root, *rest = template.segments
    if UP in rest:
        last = len(rest) - rest[::-1].index(UP)
        return _side((TREE, *rest[last:]))
    if is_literal_root(root):
        return _side(tuple(rest))
    return _side((TREE, *([(_MANY, *root[1:])] if root[1:] else []), *rest))


def _side(segments: tuple[Segment, ...]) -> Side:
    """A place in the middle of a segment may hold slashes, so such a segment may be any number of them."""
    return tuple(TREE if any(_kind(piece) in ABSOLUTE for piece in segment) else segment for segment in segments)


def _is_url(root: Segment) -> bool:
    return bool(root) and isinstance(root[0], Text) and len(root[0].text) > len("C:")


def _is_fixed(piece: Piece) -> bool:
    """Whether it is the same on both sides."""
    return not isinstance(piece, Glob) and _kind(piece) not in {SymbolKind.ANY, SymbolKind.NAMED}


def _kind(piece: Piece) -> SymbolKind | None:
    return piece.kind if isinstance(piece, Symbol) else None


def _steps(left: Side, right: Side, state: tuple[int, int, Bound], keys: set[Key]) -> Iterator[tuple[int, int, Bound]]:
    i, j, bound = state
    left_tree = i < len(left) and left[i] == TREE
    right_tree = j < len(right) and right[j] == TREE
    if left_tree:
        yield i + 1, j, bound
    if right_tree:
        yield i, j + 1, bound
    if i == len(left) or j == len(right):
        return
    if left_tree:
        yield i, j + 1, bound
    elif right_tree:
        yield i + 1, j, bound
    else:
        for extended in _bindings(left[i], right[j], bound, keys):
            yield i + 1, j + 1, extended


def _bindings(left: Segment, right: Segment, bound: Bound, keys: set[Key]) -> Iterator[Bound]:
    """What must hold besides `bound` for the two segments to be the same; nothing when they cannot be."""
    if not _signs_overlap(_signs(left), _signs(right)):
        return
    left_text, right_text = _literal(left), _literal(right)
    if right_text is not None and left_text is None:
        yield from _bind(left, right_text, bound, "left", keys)
    elif left_text is not None and right_text is None:
        yield from _bind(right, left_text, bound, "right", keys)
    else:
        yield bound


def _bind(segment: Segment, text: str, bound: Bound, side: str, keys: set[Key]) -> Iterator[Bound]:
    """Every way of `segment` to spell `text`, as the values it gives to symbols that occur more than once."""
    if not any(_key(piece, side) in keys for piece in segment):
        if _signs_overlap(_signs(segment), list(text)):
            yield bound
        return
    head, rest = segment[0], segment[1:]
    for end in _ends(head, text):
        extended = _extend(bound, _key(head, side), text[:end], keys)
        if extended is not None:
            yield from _bind(rest, text[end:], extended, side, keys)


def _ends(piece: Piece, text: str) -> range:
    """The lengths of the beginnings of `text` that `piece` can spell."""
    if isinstance(piece, Text):
        length = len(piece.text)
        return range(length, length + 1) if text.startswith(piece.text) else range(0)
    if piece == _ONE:
        return range(1, min(1, len(text)) + 1)
    return range(1 if _kind(piece) is SymbolKind.NAMED else 0, len(text) + 1)


def _extend(bound: Bound, key: Key | None, value: str, keys: set[Key]) -> Bound | None:
    if key is None or key not in keys:
        return bound
    known = dict(bound).get(key, value)
    return bound | {(key, value)} if known == value else None


def _key(piece: Piece, side: str) -> Key | None:
    """What a symbol's value is remembered by: a variable is the same on both sides."""
    if not isinstance(piece, Symbol) or piece.kind is SymbolKind.ANY:
        return None
    return ("" if piece.kind is SymbolKind.ENV else side, piece.kind, piece.name)


def _repeated_keys(left: Side, right: Side) -> set[Key]:
    pieces = chain(((p, "left") for s in left for p in s), ((p, "right") for s in right for p in s))
    counts = Counter(key for piece, side in pieces if (key := _key(piece, side)) is not None)
    return {key for key, count in counts.items() if count > 1}


def _literal(segment: Segment) -> str | None:
    texts = [piece.text for piece in segment if isinstance(piece, Text)]
    return "".join(texts) if len(texts) == len(segment) else None


def _signs(segment: Segment) -> list[Sign]:
    signs: list[Sign] = []
    for piece in segment:
        if isinstance(piece, Text):
            signs.extend(piece.text)
        elif _kind(piece) is SymbolKind.NAMED:
            signs.extend((_ONE, _MANY))
        else:
            signs.append(_ONE if piece == _ONE else _MANY)
    return signs


def _signs_overlap(left: list[Sign], right: list[Sign]) -> bool:
    """Whether two wildcard patterns have a text in common, by the states reachable in both at once."""
    reachable = {0} | _skippable(right, 0)
    for sign in left:
        reachable = _advance(sign, right, reachable)
    return len(right) in reachable


def _skippable(signs: list[Sign], start: int) -> set[int]:
    end = start
    while end < len(signs) and signs[end] is _MANY:
        end += 1
    return set(range(start, end + 1))


def _advance(sign: Sign, right: list[Sign], reachable: set[int]) -> set[int]:
    """The positions of `right` after `sign` of the left has been spelled."""
    if sign is _MANY:
        return set(range(min(reachable), len(right) + 1)) if reachable else reachable
    after: set[int] = set()
    for position in reachable:
        if position == len(right):
            continue
        here = right[position]
        if here is _MANY:
            after |= _skippable(right, position)
        elif isinstance(here, Glob) or isinstance(sign, Glob) or here == sign:
            after |= _skippable(right, position + 1)
    return after
