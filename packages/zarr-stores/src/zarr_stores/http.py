"""fsspec's HTTP file system, made to tell what a store must know.

It hides whether a server heeded `Range`, and takes every failure to look at a file for a file that is not there.
"""

from __future__ import annotations

from typing import Any

from fsspec.implementations.http import HTTPFileSystem

__all__ = ["ExactHTTPFileSystem"]

_PLAIN = {"Accept-Encoding": "identity"}
"""Lengths and ranges are to be those of the value, not of a compressed transfer."""
_NO_HEAD = (405, 501)


class ExactHTTPFileSystem(HTTPFileSystem):  # type: ignore[misc]
    """For asynchronous use. A file is absent when the server says 404; any other failure is an exception."""

    async def _cat_file(self, url: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        wanted = {} if start is None and end is None else {"Range": await self._process_limits(url, start, end)}
        session = await self.set_session()
        async with session.get(self.encode_url(url), **self._options(wanted | _PLAIN if wanted else {})) as response:
            self._raise_not_found_for_status(response, url)
            value: bytes = await response.read()
        # 206 is the part; 200 is the whole, from a server that knows no ranges
        return value if response.status == 206 else value[start:end]

    async def _info(self, url: str, **kwargs: Any) -> dict[str, Any]:
        session = await self.set_session()
        options = {"allow_redirects": True, **self._options(_PLAIN)}
        async with session.head(self.encode_url(url), **options) as response:
            size = None
            if response.status not in _NO_HEAD:
                self._raise_not_found_for_status(response, url)
                size = response.content_length
        if size is None:
            size = len(await self._cat_file(url))
        return {"name": url, "size": size, "type": "file"}

    def _options(self, headers: dict[str, str]) -> dict[str, Any]:
        options: dict[str, Any] = self.kwargs
        return {**options, "headers": {**options.get("headers", {}), **headers}}
