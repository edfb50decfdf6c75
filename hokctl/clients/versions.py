"""Which views tell the version of a contract: one that only the live version has, one of the suite's, one of all's.

Source: the interfaces of v2.0.0, of the live protocol, and of the suite.
"""

from dataclasses import dataclass
from typing import Any, Final

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, Values
from hokctl.clients.codec import function_selector
from hokctl.clients.hokusai_amm_factory import HokusaiAmmFactory
from hokctl.clients.hokusai_params import HokusaiParams
from hokctl.clients.infrastructure_reserve import InfrastructureReserve
from hokctl.clients.model_registry import ModelRegistry
from hokctl.clients.token_manager import TokenManager
from hokctl.clients.usage_fee_router import UsageFeeRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """The reads that tell a contract's version: what matters is whether they are answered."""

    live: Read[Any]
    suite: Read[Any]
    v2: Read[Any]
    """Every version since v2.0.0 answers it."""


_VIEWS: Final[dict[type[Client], tuple[tuple[str, str], tuple[str, str], tuple[str, str]]]] = {
    UsageFeeRouter: (("costOracle()", "address"), ("adminCount()", "uint256"), ("infraReserve()", "address")),
    InfrastructureReserve: (
        ("reconciliationPeriod()", "uint256"),
        ("adminCount()", "uint256"),
        ("totalAccrued()", "uint256"),
    ),
    HokusaiParams: (
        ("oraclePricePerThousandUsd()", "uint256"),
        ("adminCount()", "uint256"),
        ("infrastructureAccrualBps()", "uint16"),
    ),
    HokusaiAmmFactory: (("poolDeployer()", "address"), ("pendingOwner()", "address"), ("modelRegistry()", "address")),
    TokenManager: (("tokenDeploymentFactory()", "address"), ("adminCount()", "uint256"), ("registry()", "address")),
    ModelRegistry: (("modelUpdatesEnabled()", "bool"), ("pendingOwner()", "address"), ("owner()", "address")),
}


def version_tells(client: Client) -> Tells:
    """Return what tells the version of the client's contract: router, reserve, params, factory, manager or registry."""
    kind = next(kind for kind in _VIEWS if isinstance(client, kind))
    live, suite, v2 = (_read(client, *view) for view in _VIEWS[kind])
    return Tells(live=live, suite=suite, v2=v2)


def _read(client: Client, signature: str, answer: str) -> Read[Any]:
    data = function_selector(signature)
    return Read(to=client.address, label=client.label, signature=signature, data=data, returns=(answer,), decode=_first)


def _first(values: Values) -> object:
    return values[0]
