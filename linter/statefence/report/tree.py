"""The inventory as a tree: drawn by rich on a terminal, indented elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statefence.report.style import visible

Branches = Iterable[tuple[str, tuple[str, ...]]]


def plain_tree(branches: Branches) -> Iterator[str]:
    """Each branch on a line of its own, its leaves indented below it."""
    for branch, leaves in branches:
        yield visible(branch)
        for leaf in leaves:
            yield f"  {visible(leaf)}"


def drawn_tree(branches: Branches, title: str, width: int) -> str:
    """The tree with lines and colours, wrapped to `width` columns. Imports rich."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text(visible(title), style="bold"))
    for branch, leaves in branches:
        node = tree.add(Text(visible(branch), style="cyan"))
        for leaf in leaves:
            node.add(Text(visible(leaf)))
    console = Console(width=width, force_terminal=True)
    with console.capture() as captured:
        console.print(tree)
    return captured.get()
