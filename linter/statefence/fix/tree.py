"""A file's libcst tree, found by span. The byte spans of libcst and those of `ast` are the same, parentheses apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import cast

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, CodeSpan, MetadataWrapper, ParentNodeProvider
from msgspec import Struct

from statefence.fix.records import Refusal
from statefence.fix.text import Text


class Tree(Struct, frozen=True, dict=True):
    """A parsed file.

    Attributes:
        text: what it was parsed from, byte for byte what libcst writes.
        spans: for each node, its start and length, without surrounding parentheses and white space.
        parents: for each node but the module, the node that holds it.
    """

    text: Text
    module: cst.Module
    spans: Mapping[cst.CSTNode, CodeSpan]
    parents: Mapping[cst.CSTNode, cst.CSTNode]

    def limits(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets at which a node starts and ends."""
        span = self.spans[node]
        return span.start, span.start + span.length

    def code(self, node: cst.CSTNode) -> bytes:
        """A node's own text, white space included."""
        return self.module.code_for_node(node).encode()

    def expression(self, limits: tuple[int, int]) -> cst.BaseExpression:
        """The innermost expression with exactly these limits; raises Refusal without one, and inside an f-string."""
        for node in self._index.get(limits, ()):
            if isinstance(node, cst.BaseExpression):
                self._refuse_in_format_string(node)
                return node
        raise Refusal("no expression stands exactly there")

    def covering(self, limits: tuple[int, int]) -> Iterator[cst.CSTNode]:
        """The nodes that hold everything between the limits."""
        for node, span in self.spans.items():
            if span.start <= limits[0] and limits[1] <= span.start + span.length:
                yield node

    def _refuse_in_format_string(self, node: cst.CSTNode) -> None:
        """Quotes, braces and line ends mean something else in there."""
        while (parent := self.parents.get(node)) is not None:
            if isinstance(parent, cst.FormattedString):
                raise Refusal("it is inside an f-string")
            node = parent

    @cached_property
    def _index(self) -> Mapping[tuple[int, int], Sequence[cst.CSTNode]]:
        """The nodes by their limits, inner ones first, as libcst writes them."""
        index = defaultdict[tuple[int, int], list[cst.CSTNode]](list)
        for node in self.spans:
            for limits in self._all_limits(node):
                index[limits].append(node)
        return index

    def _all_limits(self, node: cst.CSTNode) -> Iterator[tuple[int, int]]:
        """A node's limits; those of a tuple or generator also with its own parentheses, as `ast` counts."""
        yield self.limits(node)
        if isinstance(node, cst.Tuple | cst.GeneratorExp) and node.lpar:
            yield self.limits(node.lpar[-1])[0], self.limits(node.rpar[0])[1]


def tree_of(text: Text) -> Tree:
    """Parse a file; raises Refusal when libcst cannot, or would not write the same bytes again."""
    try:
        module = cst.parse_module(text.utf8.decode())
        if module.code.encode() != text.utf8:
            raise Refusal("libcst does not give the file's bytes back (a form feed or a trailing comment does this)")
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        spans = wrapper.resolve(ByteSpanPositionProvider)
        parents = cast("Mapping[cst.CSTNode, cst.CSTNode]", wrapper.resolve(ParentNodeProvider))
    except cst.ParserSyntaxError as error:
        raise Refusal(f"libcst cannot parse line {error.raw_line}") from error
    except RecursionError as error:
        raise Refusal("the file nests too deeply for libcst") from error
    return Tree(text, module, spans, parents)
