"""A part of a store as a store: the keys under one prefix."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import ClassVar

from zarr_core.abc.store import Store
from zarr_core.storage.keys import check_key
from zarr_core.storage.wrapper import WrapperStore

__all__ = ["PrefixStore"]


class PrefixStore(WrapperStore):
    """What `store` has under `prefix`, with keys that begin after it. A missing `/` at its end is added."""

    transparent: ClassVar[bool] = True

    def __init__(self, store: Store, prefix: str) -> None:
        super().__init__(store)
        check_key(prefix.removesuffix("/"), store)
        self.prefix = prefix.removesuffix("/") + "/"

    def key(self, key: str) -> str:
        check_key(key, self)  # else `../other` would be a key outside
        return self.prefix + key

    def unkey(self, key: str) -> str | None:
        return key.removeprefix(self.prefix) if key.startswith(self.prefix) else None

    def list(self) -> AsyncIterator[str]:
        return self.list_prefix("")

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        async with aclosing(self.store.list_prefix(self.prefix + prefix)) as keys:
            async for key in keys:
                yield key[len(self.prefix) :]

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        async with aclosing(self.store.list_dir(self.prefix + prefix)) as keys:
            async for key in keys:
                yield key[len(self.prefix) :]

    async def getsize_prefix(self, prefix: str) -> int:
        return await self.store.getsize_prefix(self.prefix + prefix)  # type: ignore[no-any-return]

    async def delete_prefix(self, prefix: str) -> None:
        await self.store.delete_prefix(self.prefix + prefix)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.store!r}, {self.prefix!r})"
