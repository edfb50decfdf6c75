"""What a deployment costs: the gas of each call, tried out one after the other, at what gas costs now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.chain.fees import get_gas_price
from hokctl.chain.observation import observe
from hokctl.chain.scenes import Scene
from hokctl.chain.simulation import simulate_sequence

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot
    from hokctl.domain.calls import Call
    from hokctl.domain.effects import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployCost:
    """The gas of calls, and its price at the time."""

    gas_of_each: tuple[int, ...]
    """Empty where all calls travel in one transaction."""
    gas_price_wei: int
    together: int | None = None
    """The gas of the one transaction."""

    @property
    def gas(self) -> int:
        """All gas together."""
        return sum(self.gas_of_each) if self.together is None else self.together

    @property
    def wei(self) -> int:
        """The cost in wei of the chain's native currency."""
        return self.gas * self.gas_price_wei


def estimate_cost(snapshot: "Snapshot", calls: "Sequence[Call]", sender: ChecksumAddress) -> DeployCost | None:
    """Return what `calls` cost as transactions of `sender`, one after the other.

    None where the node can neither simulate (eth_simulateV1) nor trace (debug_traceCall) them, or one fails.
    """
    gas = _simulated(snapshot, calls, sender) or _traced(snapshot, calls, sender)
    return None if gas is None else DeployCost(gas_of_each=gas, gas_price_wei=get_gas_price(snapshot.chain))


def cost_of_safe_tx(snapshot: "Snapshot", effect: "Effect | None") -> DeployCost | None:
    """Return what a Safe transaction costs that was simulated with this effect; None where nothing was measured."""
    if effect is None or effect.gas_used is None:
        return None
    return DeployCost(gas_of_each=(), gas_price_wei=get_gas_price(snapshot.chain), together=effect.gas_used)


def _simulated(snapshot: "Snapshot", calls: "Sequence[Call]", sender: ChecksumAddress) -> tuple[int, ...] | None:
    outcome = simulate_sequence(snapshot.chain, calls, sender=sender, block=snapshot.block.number)
    used = [result.gas_used for result in outcome.results if result.ok]
    known = tuple(gas for gas in used if gas is not None)
    return known if outcome.complete and len(known) == len(calls) else None


def _traced(snapshot: "Snapshot", calls: "Sequence[Call]", sender: ChecksumAddress) -> tuple[int, ...] | None:
    """Return the gas as the tracer counts it: a little low, since one message warms up what the next one touches."""
    scene = Scene(calls=tuple(calls), sender=sender, block=snapshot.block.number)
    observed, _ = observe(snapshot.chain, [scene])
    if observed is None or observed[0].failure is not None or len(observed[0].gas_of_each) != len(calls):
        return None
    return observed[0].gas_of_each
