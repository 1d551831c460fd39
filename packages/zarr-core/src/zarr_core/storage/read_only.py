"""A store that refuses every write to the one it wraps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, NoReturn

from zarr_core.abc.store import AbilityName, Buffer, Value
from zarr_core.errors import ReadOnlyError
from zarr_core.storage.wrapper import WrapperStore

__all__ = ["ReadOnlyStore"]


class ReadOnlyStore(WrapperStore):
    """`store`, for reading only; it reads and lists as before, under the same addresses."""

    transparent: ClassVar[bool] = True
    read_only = True

    async def set(self, key: str, value: Value) -> None:
        self._refuse(key)

    async def delete(self, key: str) -> None:
        self._refuse(key)

    async def delete_prefix(self, prefix: str) -> None:
        self._refuse(prefix)

    async def rename(self, old: str, new: str) -> None:
        self._refuse(old)

    async def set_partial_values(self, parts: Iterable[tuple[str, int, Buffer]]) -> None:
        self._refuse(next((key for key, _, _ in parts), ""))

    def ability(self, name: AbilityName) -> Callable[..., Awaitable[Any]] | None:
        return super().ability(name) if name.startswith("get") else None

    def _refuse(self, key: str) -> NoReturn:
        raise ReadOnlyError(f"{self!r} is for reading only: key {key!r} was not changed")
