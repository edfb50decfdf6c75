"""How runways are measured in tests of what a monitor sees: by declared burns alone, so that no logs are read."""

from collections.abc import Callable

from hokctl.domain.units import ModelId
from hokctl.services.observation import Measure
from hokctl.services.runway import measure_runway


def measure_declared(declared: Callable[[ModelId], str | None] = lambda _: None) -> Measure:
    """Return what measures with the burns that `declared` tells; without it none is known."""
    return lambda snapshot, deployment: measure_runway(snapshot, deployment, (), declared=declared, given={})
