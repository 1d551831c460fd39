"""A hierarchy as a tree to print: text, and HTML for notebooks. Knows names and labels only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

__all__ = ["Tree", "TreeNode"]


@dataclass
class TreeNode:
    """A node: its name, what to say of it, and what is below."""

    name: str
    label: str = ""
    children: list[TreeNode] = field(default_factory=list)


class Tree:
    """Prints as in the following.

    /
    ├── elevation (y: 344, x: 403) float32
    └── run
        └── mask (344, 403) bool
    """

    def __init__(self, root: TreeNode) -> None:
        self.root = root

    def __str__(self) -> str:
        return "\n".join([self.root.name, *_lines(self.root, "")])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _html(self.root)


def _lines(node: TreeNode, indent: str) -> Iterator[str]:
    for child in node.children:
        last = child is node.children[-1]
        yield f"{indent}{'└' if last else '├'}── {child.name} {child.label}".rstrip()
        yield from _lines(child, indent + ("    " if last else "│   "))


def _html(node: TreeNode) -> str:
    text = f"<b>{escape(node.name)}</b> {escape(node.label)}".rstrip()
    if not node.children:
        return f"<div>{text}</div>"
    return f"<details open><summary>{text}</summary><div>{''.join(map(_html, node.children))}</div></details>"
