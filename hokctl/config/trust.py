"""Whose configuration? What a file that was merely found in the working directory may not say."""

from collections.abc import Sequence
from typing import Any, Final

from hokctl.config.environment import user_config_file
from hokctl.config.errors import UntrustedConfigError
from hokctl.config.layers import Layer, merge_layers
from hokctl.config.tables import Table, subtables

PRODUCTION_CHAINS: Final = frozenset({1, 10, 56, 100, 137, 8453, 42161, 43114})
"""The chains of domain.addresses.SHORT_NAMES on which real money moves: a network of theirs is always production."""


_KEYED: Final = {
    "transaction_service_key_env": ("the Transaction Service", ("transaction_service", "transaction_service_env")),
    "explorer_key_env": ("the explorer", ("explorer", "explorer_url")),
}
"""Per key that names the variable with a secret: who gets it, and which keys say where that is."""


def is_production(network: Table) -> bool:
    """Tell whether a network's table, not validated yet, is one of a production network."""
    chain_id = network.get("chain_id")
    return network.get("production") not in (None, False) or (
        isinstance(chain_id, int) and chain_id in PRODUCTION_CHAINS
    )


def check_trust(layers: Sequence[Layer]) -> None:
    """Raise UntrustedConfigError when the working directory's file touches a production network.

    Such a network's table, its address book, the signer it uses, and the choice of it as the default are the
    user's own to make. On no network may it choose which secret goes to a service or an explorer, nor where one goes.
    """
    trusted = merge_layers([layer for layer in layers if layer.trusted])
    every = merge_layers(layers)
    for layer in layers:
        if not layer.trusted:
            production = _production(trusted) | _production(every)
            _check_layer(layer, production=production, signers=_signers(trusted), keyed=_keyed(trusted))


def working_keys(layers: Sequence[Layer]) -> frozenset[str]:
    """Return `signers.NAME`, `ledger.url` and `monitor` as far as the working directory's file says them."""
    keys: set[str] = set()
    for layer in layers:
        if not layer.trusted:
            keys |= {f"signers.{name}" for name in subtables(layer.table, "signers")}
            keys |= {"ledger.url"} if "url" in _table(layer.table.get("ledger")) else set()
            keys |= {"monitor"} if "monitor" in layer.table else set()
    return frozenset(keys)


def _check_layer(
    layer: Layer, *, production: frozenset[str], signers: frozenset[str], keyed: frozenset[tuple[str, str]]
) -> None:
    claims = [
        *(f"sets the production network {name!r}" for name in subtables(layer.table, "networks") if name in production),
        *(f"names payees of the production network {name!r}" for name in _names(layer, "addresses") & production),
        *(f"replaces the signer {name!r} of a production network" for name in _names(layer, "signers") & signers),
        *(f"chooses the production network {name!r}" for name in production if layer.table.get("network") == name),
    ]
    for name, network in subtables(layer.table, "networks").items():
        for key, (who, places) in _KEYED.items():
            if key in network:
                claims.append(f"says which environment variable goes to {who} of {name!r}")
            if (name, key) in keyed and set(places) & set(network):
                claims.append(f"sends the API key of {name!r} to {_another(who)} of its own choice")
    if "targets" in _table(layer.table.get("monitor")):
        claims.append("says who is told of alerts")
    if claims:
        raise UntrustedConfigError(layer.path, min(claims), own_file=user_config_file())


def _another(who: str) -> str:
    return who.replace("the explorer", "an explorer").replace("the ", "a ")


def _names(layer: Layer, section: str) -> set[str]:
    return set(_table(layer.table.get(section)))


def _production(table: Table) -> frozenset[str]:
    return frozenset(name for name, network in subtables(table, "networks").items() if is_production(network))


def _keyed(table: Table) -> frozenset[tuple[str, str]]:
    networks = subtables(table, "networks").items()
    return frozenset((name, key) for name, network in networks for key in _KEYED if key in network)


def _signers(table: Table) -> frozenset[str]:
    networks = subtables(table, "networks").values()
    return frozenset(str(network["signer"]) for network in networks if is_production(network) and "signer" in network)


def _table(value: Any) -> Table:  # noqa: ANN401  # whatever TOML held: validation judges it later
    return value if isinstance(value, dict) else {}
