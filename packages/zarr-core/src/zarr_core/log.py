"""The four loggers, one per layer. Silent by default: a `NullHandler` each, as libraries should.

    import logging
    logging.getLogger("zarr_core.store").setLevel(logging.DEBUG)

`zarr_core.array`, `zarr_core.group`: operations, one DEBUG record each.  `zarr_core.store`: stores opened and
closed, abilities missed.  `zarr_core.codec`: chains bound, plugins loaded, fallbacks taken.
"""

from __future__ import annotations

import logging

__all__ = ["array_log", "codec_log", "group_log", "store_log"]

logging.getLogger("zarr_core").addHandler(logging.NullHandler())

array_log = logging.getLogger("zarr_core.array")
group_log = logging.getLogger("zarr_core.group")
store_log = logging.getLogger("zarr_core.store")
codec_log = logging.getLogger("zarr_core.codec")
