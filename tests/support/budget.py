"""How many examples a property gets: a few by default, many with `--hypothesis-profile=thorough`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

__all__ = ["budget"]

THOROUGH = 20


def budget(examples: int, steps: int = 50) -> settings:
    """Settings for so many examples (of so many steps, for state machines), more in the thorough profile."""
    factor = THOROUGH if settings.get_current_profile_name() == "thorough" else 1
    return settings(
        max_examples=examples * factor,
        stateful_step_count=steps,
        deadline=None,  # the machine may be busy
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
