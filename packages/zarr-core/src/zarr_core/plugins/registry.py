"""One registry for every kind of plugin: from the name in the metadata to the class or callable that serves it.

A name is looked for among what was registered at run time, then the entry points of installed distributions, then
families, then by the `resolve` hook. What a name means is decided elsewhere; here it is only found, once, and
reported when it is missing, broken or claimed twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial
from typing import Generic, TypeVar

from zarr_core.config import current_config
from zarr_core.errors import PluginBrokenError, PluginConflictError, PluginNotInstalledError
from zarr_core.log import codec_log
from zarr_core.plugins import hooks
from zarr_core.plugins.declarations import Declaration, Entry, Unfit, check_contract, declarations, normalized
from zarr_core.plugins.hints import hint, hint_for_class
from zarr_core.plugins.registration import Registration

__all__ = ["Registry", "class_by_name"]

T = TypeVar("T")


class Registry(Generic[T]):
    """The plugins of one kind. `name` is the registry's and its group's (`codecs`: `zarr_core.codecs`), `kind` what
    messages call a member ("codec"). Safe from many threads.
    """

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.group = f"zarr_core.{name}"
        self._lock = threading.Lock()
        self._registered: tuple[tuple[str, T], ...] = ()  # the newest last
        self._ready: dict[str, T] = {}  # replaced, never emptied, when what a name means may have changed

    def get(self, name: str, where: str = "") -> T:
        """What serves this name, exact and case sensitive. `where` goes into messages: "of array 'a/b'".

        Raises `PluginNotInstalledError`, `PluginBrokenError` or `PluginConflictError`.
        """
        try:
            return self._ready[name]
        except KeyError:
            found = self._find(name, where)
        if found is None:
            raise PluginNotInstalledError(self._missing(name, where), kind=self.kind, name=name)
        return found

    def find(self, name: str, where: str = "") -> T | None:
        """The same, but None if nothing provides the name; one that is broken or claimed twice still raises."""
        ready = self._ready.get(name)
        return self._find(name, where) if ready is None else ready

    def names(self) -> list[str]:
        """The names that are registered or declared, sorted; families with their `*`. Imports nothing."""
        return sorted({name for name, _ in self._registered} | declarations(self.group).keys())

    def entries(self, load: bool = False) -> list[Entry]:
        """All that is registered or declared, by name, with its state; `load` imports each, to find what is broken."""
        listed = [Entry(self.name, name, _title(obj), "", "", "run time") for name, obj in reversed(self._registered)]
        for name, claims in declarations(self.group).items():
            conflict = ""
            if len(claims) > 1:
                try:
                    self._chosen(name, claims, "")
                except PluginConflictError as error:
                    conflict = str(error)
            for claim in claims:
                if load:
                    claim.load()
                listed.append(claim.entry(self.name, conflict))
        return sorted(listed, key=lambda entry: entry.name)

    def register(self, name: str, obj: T) -> Registration:
        """Let `obj` serve this name until the handle is told to `unregister`, or its `with` block ends.

        It goes before entry points and earlier registrations. Raises `PluginBrokenError` for another contract.
        """
        try:
            check_contract(obj)
        except Unfit as error:
            raise self._broken(name, "", f"{obj!r} {error}") from error
        entry = (name, obj)
        self._renew(add=entry)
        return Registration(f"{self.kind} {name!r}: {_title(obj)}", partial(self._renew, remove=entry))

    def forget(self) -> None:
        """Look everything up anew when next asked; what is registered at run time stays."""
        self._renew()

    def __repr__(self) -> str:
        return f"<registry {self.group}: {', '.join(self.names()) or 'empty'}>"

    # ---- looking up --------------------------------------------------------------------------------------------

    def _find(self, name: str, where: str) -> T | None:
        # Nothing is locked while plugins are imported: import locks and ours would wait for each other. If something
        # is registered meanwhile, `_ready` is another dictionary by then and ours is dropped.
        ready = self._ready
        declared = declarations(self.group)
        if name in declared:
            claims = declared[name]
            found = self._load(self._chosen(name, claims, where), name, where)
            if len(claims) == 1:  # who serves a name that is claimed twice is asked anew: configuration may differ
                ready[name] = found
            return found
        # Not kept either: families cover any number of names, and those come from documents.
        registered = dict(self._registered)
        family = _family(name, registered)
        if family is not None:
            return registered[family]
        family = _family(name, declared)
        if family is not None:
            return self._load(self._chosen(family, declared[family], where), name, where)
        return self._resolved(name, where)

    def _chosen(self, name: str, claims: tuple[Declaration, ...], where: str) -> Declaration:
        if len(claims) == 1:
            return claims[0]
        preferred = normalized(current_config().plugins.prefer.get(f"{self.name}:{name}", ""))
        for claim in claims:
            if normalized(claim.distribution) == preferred:
                return claim
        claimants = " and ".join(claim.source for claim in claims)
        raise PluginConflictError(
            f"{self._what(name, where)} is claimed by {claimants}: set plugins.prefer to "
            f"{{'{self.name}:{name}': {claims[0].distribution!r}}}, or uninstall one",
            kind=self.kind,
            name=name,
        )

    def _load(self, claim: Declaration, name: str, where: str) -> T:
        fresh = not claim.loaded
        loaded: T | None = claim.load()
        if loaded is None:
            raise self._broken(name, where, claim.problem) from claim.error
        if fresh:
            codec_log.debug("%s %r loaded: %s of %s", self.kind, name, claim.value, claim.source)
        return loaded

    def _resolved(self, name: str, where: str) -> T | None:
        """From the `resolve` hook. Not kept: the plugin that answers does so, and may be unregistered."""
        try:
            found: T | None = hooks.ask_first("resolve", kind=self.name, name=name)
            check_contract(found)
        except Unfit as error:
            raise self._broken(name, where, f"what a resolve hook gave {error}") from error
        except PluginBrokenError as error:
            raise self._broken(name, where, str(error)) from error
        return found

    def _renew(self, add: tuple[str, T] | None = None, remove: tuple[str, T] | None = None) -> None:
        with self._lock:
            kept = tuple(entry for entry in self._registered if entry is not remove)
            self._registered = kept if add is None else (*kept, add)
            self._ready = dict(self._registered)

    # ---- wording -----------------------------------------------------------------------------------------------

    def _what(self, name: str, where: str) -> str:
        return f"{self.kind} {name!r:.80} {where}".rstrip()

    def _broken(self, name: str, where: str, why: str) -> PluginBrokenError:
        text = f"{self._what(name, where)} is broken: {why}; see `zarr-core plugins`"
        return PluginBrokenError(text, kind=self.kind, name=name)

    def _missing(self, name: str, where: str) -> str:
        install = hint(self.name, name)
        if install is not None:
            advice = f": pip install {install}"
        else:
            from difflib import get_close_matches

            close = get_close_matches(name[:80], self.names(), n=1)
            advice = ", and no distribution is known to provide it: "
            advice += f"did you mean {close[0]!r}" if close else "see `zarr-core plugins` for what there is"
        broken = {claim.source for claims in declarations(hooks.GROUP).values() for claim in claims if claim.error}
        if broken:  # they might have resolved it
            advice += f", or mend the hooks of {' and '.join(sorted(broken))}, which are broken"
        return f"{self._what(name, where)} is not installed{advice}"


def class_by_name(registry: Registry[T], attribute: str) -> T:
    """What is called so in its module (`ZstdCodec`), whatever its name in the metadata.

    Meant as the `__getattr__` of a module: imports only what is asked for, and raises `AttributeError`, saying what
    to install, if nothing is called so. Otherwise raises as `Registry.get` does, and `plugins.prefer` settles
    conflicts here too (`"codecs:ZstdCodec"`).
    """
    claims: dict[str, Declaration] = {}
    if not attribute.startswith("_"):  # what the import system and debuggers probe for
        for _, obj in reversed(registry._registered):
            if getattr(obj, "__name__", None) == attribute:
                return obj
        for claim in (claim for same_name in declarations(registry.group).values() for claim in same_name):
            if claim.attribute == attribute:
                claims.setdefault(normalized(claim.distribution), claim)
    if not claims:
        install = hint_for_class(registry.name, attribute)
        advice = f": pip install {install}" if install else ""
        raise AttributeError(f"there is no {registry.kind} class {attribute!r} installed{advice}", name=attribute)
    return registry._load(registry._chosen(attribute, tuple(claims.values()), ""), attribute, "")


def _family(name: str, among: Iterable[str]) -> str | None:
    """The longest of these names that ends in `*` and covers `name`.

    After a letter or digit `*` stands for decimal digits (`r*`: `r8`, `r16`), after `.`, `-` or the like for
    anything (`numcodecs.*`). A lone `*` is an ordinary name.
    """
    covering = [
        family
        for family in among
        if family.endswith("*")
        and len(family) > 1
        and name.startswith(family[:-1])
        and (rest := name[len(family) - 1 :])
        and (not family[-2].isalnum() or (rest.isascii() and rest.isdigit()))
    ]
    return max(covering, key=len, default=None)


def _title(obj: object) -> str:
    return f"{getattr(obj, '__module__', '')}:{getattr(obj, '__qualname__', repr(obj))}".lstrip(":")
