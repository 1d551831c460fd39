"""h5py's interface over Zarr: importing this is importing the module that an installed distribution registered.

    import zarr_core.h5py_compat as h5py

Raises `ModuleNotFoundError` saying what to install if there is none.
"""

from __future__ import annotations

import sys

from zarr_core.errors import PluginNotInstalledError
from zarr_core.plugins import namespaces

try:
    sys.modules[__name__] = namespaces.get("h5py_compat")
except PluginNotInstalledError as error:
    raise ModuleNotFoundError(str(error), name=__name__) from error
