"""The hooks at work: find the hook modules, validate them, ask them. What each hook is for is told in `hookspecs`.

A module that does not import or does not fit is kept as broken beside its name, and the others go on. pluggy is
imported when a hook is asked that somebody implements.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from zarr_core.errors import PluginBrokenError
from zarr_core.log import codec_log
from zarr_core.plugins.declarations import Declaration, Entry, Unfit, declarations, reason
from zarr_core.plugins.registration import Registration

if TYPE_CHECKING:
    import pluggy

__all__ = ["GROUP", "ask_all", "ask_first", "entries", "forget", "register"]

GROUP = "zarr_core"
HOOKS = ("resolve", "default_codecs", "observe", "cli_commands")

_lock = threading.Lock()
_registered: tuple[tuple[Any], ...] = ()  # in tuples, so that a plugin registered twice is there twice
_ready: dict[str, tuple[pluggy.HookImpl, ...]] = {}  # replaced, never emptied, when the plugins may have changed


def ask_first(hook: str, **arguments: Any) -> Any:
    """The first answer that is not None. Raises `PluginBrokenError` naming the plugin that raised."""
    for implementation in _implementations(hook):
        try:
            answer = _call(implementation, arguments)
        except Exception as error:
            name = implementation.plugin_name
            text = f"hook {hook!r} of {name} fails ({reason(error)})"
            raise PluginBrokenError(text, kind="hook", name=name) from error
        if answer is not None:
            return answer
    return None


def ask_all(hook: str, **arguments: Any) -> list[Any]:
    """All answers that are not None. An implementation that raises is logged and passed over."""
    answers = []
    for implementation in _implementations(hook):
        try:
            answers.append(_call(implementation, arguments))
        except Exception as error:
            codec_log.warning("hook %r of %s fails (%s)", hook, implementation.plugin_name, reason(error))
    return [answer for answer in answers if answer is not None]


def register(plugin: Any) -> Registration:
    """Let a module or object with hook implementations take part from now on, before those that are installed.

    Arrays that are already bound keep their observers. Raises `PluginBrokenError` if it does not fit the hooks.
    """
    try:
        _check(plugin)
    except Unfit as error:
        raise PluginBrokenError(f"hook plugin {plugin!r} {error}", kind="hook", name=repr(plugin)) from error
    entry = (plugin,)
    _renew(add=entry)
    return Registration(f"hook plugin {plugin!r}", partial(_renew, remove=entry))


def entries(load: bool = False) -> list[Entry]:
    """The hook modules that are installed; `load` imports and checks each, to find what is broken."""
    claims = [claim for same_name in declarations(GROUP).values() for claim in same_name]
    if load:
        for claim in claims:
            _load(claim)
    return [claim.entry("hooks") for claim in claims]


def forget() -> None:
    """Look for hook modules anew when next asked; what is registered at run time stays."""
    _renew()


def _renew(add: tuple[Any] | None = None, remove: tuple[Any] | None = None) -> None:
    global _registered, _ready
    with _lock:
        kept = tuple(entry for entry in _registered if entry is not remove)
        _registered, _ready = (kept if add is None else (*kept, add)), {}


def _call(implementation: pluggy.HookImpl, arguments: dict[str, Any]) -> Any:
    return implementation.function(*[arguments[name] for name in implementation.argnames])


def _implementations(hook: str) -> tuple[pluggy.HookImpl, ...]:
    """The implementations in the order of asking."""
    ready = _ready
    found = ready.get(hook)
    if found is None:  # made without a lock, as in the registry: hook modules are imported here
        claims = [
            claim
            for same_name in declarations(GROUP).values()
            for claim in same_name
            if (named := claim.name.partition(".")[0]) == hook or named not in HOOKS
        ]
        found = ready[hook] = _gather(hook, claims) if claims or _registered else ()
    return found


def _gather(hook: str, claims: list[Declaration]) -> tuple[pluggy.HookImpl, ...]:
    manager = _manager()
    for claim in claims:
        plugin = _load(claim)
        if claim.error is not None:
            codec_log.warning("hook module %r is broken: %s", claim.value, claim.problem)
        elif not manager.is_registered(plugin):  # two lines may name one module
            manager.register(plugin, name=f"{claim.name!r} of {claim.source}")
    for number, (plugin,) in enumerate(_registered):
        if not manager.is_registered(plugin):
            manager.register(plugin, name=f"{plugin!r} (run time {number})")
    return tuple(reversed(getattr(manager.hook, hook).get_hookimpls()))


def _manager() -> pluggy.PluginManager:
    import pluggy

    from zarr_core.plugins import hookspecs

    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager


def _load(claim: Declaration) -> Any:
    plugin = claim.load()
    if plugin is not None:
        try:
            _check(plugin)
        except Unfit as error:
            claim.error = error
    return plugin


def _check(plugin: Any) -> None:
    """Raise `Unfit` if the plugin does not match the specifications; tried on a manager that is thrown away."""
    from pluggy import PluginValidationError

    manager = _manager()
    try:
        manager.register(plugin)
        manager.check_pending()  # functions marked as hooks that are none
    except PluginValidationError as error:
        raise Unfit(f"does not fit the hooks ({reason(error)})") from error
    for caller in manager.get_hookcallers(plugin) or ():
        if any(implementation.wrapper or implementation.hookwrapper for implementation in caller.get_hookimpls()):
            raise Unfit(f"wraps the hook {caller.name!r}, which is not supported")
