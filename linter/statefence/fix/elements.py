"""Add to a call, a dict, a list or a tuple, by libcst's nodes; the neighbours' white space decides the layout."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Sequence

import libcst as cst

from statefence.fix.expressions import embed
from statefence.fix.records import Refusal, Splice
from statefence.fix.sequences import Brackets, append, separator
from statefence.fix.tree import Tree
from statefence.model import AddArgument, AddElement, AddItem, Span

_SPACES = re.compile(rb"[ \t]*")


def add_elements(tree: Tree, target: Span, edits: Sequence[AddElement]) -> tuple[Splice, ...]:
    """The splices that add all the elements of one group to the list or tuple display that spans `target`, in order."""
    node = tree.expression(tree.text.limits(target))
    if not isinstance(node, cst.List | cst.Tuple) or (isinstance(node, cst.Tuple) and not node.lpar):
        raise Refusal("it is not a list or tuple in brackets")
    start, end = tree.limits(node)
    if isinstance(node, cst.Tuple):  # whose span does not hold its own parentheses, but theirs holds white space
        start, end = tree.limits(node.lpar[-1])[0], tree.limits(node.rpar[0])[1]
    elements = tuple(tree.limits(element) for element in node.elements)
    brackets = Brackets(start + 1, end - 1, elements)
    new = [embed("[{}]", edit.value)[1:-1].encode() for edit in edits if edit.before is None]
    if isinstance(node, cst.Tuple) and not elements:
        new[-1] += b","
    inserted = tuple(_before(tree, brackets, edit.before, edit.value) for edit in edits if edit.before)
    return (*inserted, *(append(tree.text, brackets, new) if new else ()))


def _before(tree: Tree, brackets: Brackets, place: Span, value: str) -> Splice:
    """The splice that puts an element in front of another one."""
    start, end = tree.text.limits(place)
    if (start, end) not in brackets.elements:
        raise Refusal("no element stands exactly there")
    return Splice(start, start, embed("[{}]", value)[1:-1].encode() + b"".join(separator(tree.text, brackets)))


def add(tree: Tree, target: Span, edits: Sequence[AddArgument | AddItem]) -> tuple[Splice, ...]:
    """The splices that make all the additions of one group to the call or dict that spans `target`, in order."""
    node = tree.expression(tree.text.limits(target))
    items = [edit for edit in edits if isinstance(edit, AddItem)]
    if isinstance(node, cst.Call):
        return _to_call(tree, node, edits)
    if isinstance(node, cst.Dict) and len(items) == len(edits):
        return _to_dict(tree, node, items)
    raise Refusal(f"it is not a {'dict display or dict() call' if items else 'call'}")


def _to_dict(tree: Tree, node: cst.Dict, edits: Sequence[AddItem]) -> tuple[Splice, ...]:
    start, end = tree.limits(node)
    elements = tuple(tree.limits(element) for element in node.elements)
    colon = _colon(tree, node)
    return append(tree.text, Brackets(start + 1, end - 1, elements), [_item(edit, colon) for edit in edits])


def _item(edit: AddItem, colon: bytes) -> bytes:
    """An item as it stands in a dict display."""
    if not edit.key:
        return embed("{**{}}", edit.value)[1:-1].encode()
    embed("{}", edit.key)
    return edit.key.encode() + colon + embed("[{}]", edit.value)[1:-1].encode()


def _colon(tree: Tree, node: cst.Dict) -> bytes:
    """The colon of the last item that has one, with the white space around it unless that is alignment."""
    for element in reversed(node.elements):
        if isinstance(element, cst.DictElement):
            before, after = tree.code(element.whitespace_before_colon), tree.code(element.whitespace_after_colon)
            return b":".join(space if space in {b"", b" "} else side for space, side in ((before, b""), (after, b" ")))
    return b": "


def _to_call(tree: Tree, node: cst.Call, edits: Sequence[AddArgument | AddItem]) -> tuple[Splice, ...]:
    if any(isinstance(edit, AddItem) for edit in edits) and not _takes_items(node, edits):
        return _merged(tree, node, edits)
    present = {argument.keyword.value for argument in node.args if argument.keyword}
    for edit in edits:
        if (name := _keyword(edit)) in present:
            raise Refusal(f"the call already passes {name}")
        present |= {name} - {""}
    if "" in map(_keyword, edits) and any(argument.keyword or argument.star for argument in node.args):
        raise Refusal("the call passes something by keyword already")
    equal = _equal(tree, node)
    new = [_argument(edit, equal) for edit in edits]
    return (*_enclosed_generator(tree, node), *append(tree.text, _brackets(tree, node), new))


def _takes_items(node: cst.Call, edits: Sequence[AddArgument | AddItem]) -> bool:
    """Whether the items can be keywords of a `dict(...)` call: nothing is spread, which could hold the same keys."""
    if not isinstance(node.func, cst.Name) or node.func.value != "dict":
        raise Refusal("it is not a dict display or dict() call")
    return all(map(_keyword, edits)) and not any(argument.star for argument in node.args)


def _keyword(edit: AddArgument | AddItem) -> str:
    """The keyword that an addition to a call is passed by, empty when it can be passed by none."""
    if isinstance(edit, AddArgument):
        return edit.keyword
    try:
        key = ast.literal_eval(edit.key)
    except (ValueError, SyntaxError):
        return ""
    return key if isinstance(key, str) and key.isidentifier() and key.isascii() and not keyword.iskeyword(key) else ""


def _argument(edit: AddArgument | AddItem, equal: bytes) -> bytes:
    name = _keyword(edit)
    if not name:
        return embed("f({}, ())", edit.value).removeprefix("f(").removesuffix(", ())").encode()
    call = embed(f"dict({name}={{}})", edit.value)
    return name.encode() + equal + call.removeprefix(f"dict({name}=").removesuffix(")").encode()


def _equal(tree: Tree, node: cst.Call) -> bytes:
    """The equals sign of the last keyword argument, with the white space around it when that is on one line."""
    for argument in reversed(node.args):
        if isinstance(argument.equal, cst.AssignEqual):
            code = tree.code(argument.equal)
            return code if b"\n" not in code and b"#" not in code else b"="
    return b"="


def _merged(tree: Tree, node: cst.Call, edits: Sequence[AddArgument | AddItem]) -> tuple[Splice, ...]:
    """Merge a dict of the new items over the result of a `dict(...)` call, which cannot take them as keywords."""
    items = b", ".join(_item(edit, b": ") for edit in edits if isinstance(edit, AddItem))
    start, end = tree.limits(node)
    return Splice(start, start, b"{**"), Splice(end, end, b", " + items + b"}")


def _brackets(tree: Tree, node: cst.Call) -> Brackets:
    closing = tree.limits(node)[1] - 1
    elements = tuple(tree.limits(argument) for argument in node.args)
    opening = (elements[0][0] if elements else closing) - len(tree.code(node.whitespace_before_args))
    return Brackets(opening, closing, elements)


def _enclosed_generator(tree: Tree, node: cst.Call) -> tuple[Splice, ...]:
    """The parentheses that a generator needs once it is no longer the only argument."""
    only = node.args[0].value if len(node.args) == 1 else None
    if not isinstance(only, cst.GeneratorExp) or only.lpar:
        return ()
    start, end = tree.limits(only)
    return Splice(start, start, b"("), Splice(end, end, b")")
