"""The handle that every run-time registration returns."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Registration"]


class Registration:
    """Ends with `unregister()`, or with the `with` block; dropping it ends nothing."""

    def __init__(self, what: str, undo: Callable[[], None]) -> None:
        self._what = what
        self._undo = undo

    def unregister(self) -> None:
        """Take the registration back; harmless when repeated."""
        self._undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unregister()

    def __repr__(self) -> str:
        return f"<registration of {self._what}>"
