"""EIP-1559 fees: enough to be mined soon, and never above a cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hokctl.chain.errors import RpcError
from hokctl.chain.session import Chain
from hokctl.chain.transport import RpcCall
from hokctl.chain.wire import Json, parse_object, parse_quantity
from hokctl.domain.amounts import format_units
from hokctl.errors import ConfigError, RefusedError

GWEI: Final = 10**9
_GWEI_DECIMALS: Final = 9
SANE_FEE_WEI: Final = 5_000 * GWEI
"""Without a cap, a node that asks for more per gas than this is not believed."""

FEE_REQUESTS: Final[tuple[RpcCall, ...]] = (
    ("eth_getBlockByNumber", ["latest", False]),
    ("eth_maxPriorityFeePerGas", []),
    ("eth_gasPrice", []),
)
"""The reads that `fees_from` needs the answers of, in this order."""


class FeeCapError(RefusedError):
    """The chain asks for more per gas than the cap allows."""

    code = "fee-cap"

    def __init__(self, asked_wei: int, cap_wei: int) -> None:
        """Name what the chain asks for and the cap."""
        super().__init__(
            f"The chain asks for {format_units(asked_wei, _GWEI_DECIMALS)} gwei per gas, "
            f"above the cap of {format_units(cap_wei, _GWEI_DECIMALS)} gwei.",
            hint="Wait until gas is cheaper, or raise the cap with --max-fee.",
        )


class NoFeeMarketError(ConfigError):
    """The chain has no EIP-1559 base fee."""

    code = "no-fee-market"

    def __init__(self, network: str) -> None:
        """Name the network."""
        super().__init__(
            f"Network {network} has no EIP-1559 fees, and hokctl signs no other transactions.",
            hint="Use a network that has them; all that the protocol is deployed on do.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What a transaction offers per gas, in wei."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


def get_fees(chain: Chain, cap_wei: int | None) -> Fees:
    """Return twice the base fee plus the tip that the node suggests, at most `cap_wei`. One round trip.

    Raises FeeCapError when the base fee alone is above the cap, or, without a cap, when the fee is absurd.
    """
    return fees_from(chain.request_batch(FEE_REQUESTS), cap_wei, network=chain.network)


def get_gas_price(chain: Chain) -> int:
    """Return what a transaction pays per gas now, in wei: the base fee and the suggested tip. One round trip."""
    fees = get_fees(chain, None)
    return (fees.max_fee_per_gas - fees.max_priority_fee_per_gas) // 2 + fees.max_priority_fee_per_gas


def fees_from(answers: Sequence[Json], cap_wei: int | None, *, network: str) -> Fees:
    """Return the fees that follow from the answers to FEE_REQUESTS."""
    block, tip, gas_price = answers
    if isinstance(block, RpcError):
        raise block
    header = parse_object(block, "the latest block")
    if header.get("baseFeePerGas") is None:
        raise NoFeeMarketError(network)
    base_wei = parse_quantity(header["baseFeePerGas"], "the base fee")
    tip_wei = _tip_wei(tip, gas_price, base_wei)
    max_fee_wei = 2 * base_wei + tip_wei
    if cap_wei is None:
        if max_fee_wei > SANE_FEE_WEI:
            raise FeeCapError(max_fee_wei, SANE_FEE_WEI)
        return Fees(max_fee_per_gas=max_fee_wei, max_priority_fee_per_gas=tip_wei)
    if base_wei > cap_wei:
        raise FeeCapError(base_wei, cap_wei)
    capped_wei = min(max_fee_wei, cap_wei)
    return Fees(max_fee_per_gas=capped_wei, max_priority_fee_per_gas=min(tip_wei, capped_wei))


def _tip_wei(tip: Json, gas_price: Json, base_wei: int) -> int:
    """Return the suggested tip; from the gas price where the node has no method for tips."""
    if not isinstance(tip, RpcError):
        return parse_quantity(tip, "the suggested tip")
    if isinstance(gas_price, RpcError):
        raise tip
    return max(parse_quantity(gas_price, "the gas price") - base_wei, 0)
