"""Manifests of the protocol's own scripts, brought into hokctl's form.

There are four shapes: the first version's, the flat one of v2.0.0 (`*-v2-latest.json`, `*-infrastructure-latest.json`),
the one of the live protocol (`*-latest.json`) and its export of addresses (`*.addresses.json`). They differ in small
ways: the chain id is a number or a text, the reserve token has four places, amounts are base units or decimals, keys
that start with _ or $ are remarks. Roles and configuration in them go stale and are never read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_REMARKS: Final = frozenset("_$")
_ACCOUNTS: Final = {
    "": ("treasury", "backendService"),
    "governance": ("adminSafe", "emergencySafe"),
}
"""Where, besides `settlement`, the accounts of a deployment stand."""


class ContradictionError(ValueError):
    """A manifest that says two things of one."""


def from_foreign(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest of the protocol's own scripts in hokctl's form, its addresses not yet checked.

    Raises ContradictionError.
    """
    chain_id = document.get("chainId")
    if isinstance(chain_id, str) and _DIGITS.fullmatch(chain_id):
        chain_id = int(chain_id)
    return {
        "network": document.get("network"),
        "chain_id": chain_id,
        "deployed_at_block": min(_blocks(document), default=None),
        "deployer": document.get("deployer"),
        "contracts": _contracts(document),
        "accounts": _accounts(document),
        "models": _models(document),
    }


def _contracts(document: Mapping[str, Any]) -> dict[str, Any]:
    named = dict(_without_remarks(_table(document, "contracts")))
    tokens = (
        _table(document, "config").get("reserveToken"),
        _table(document, "reserveToken").get("address"),
        named.pop("USDC", None),
        named.pop("MockUSDC", None),
    )
    settled = {name: there for name, there in _without_remarks(_table(document, "settlement")) if _is_contract(name)}
    pairs = (
        *(("USDC", address) for address in tokens),
        *named.items(),
        *settled.items(),
        ("TimelockController", _table(document, "governance").get("timelock")),
    )
    contracts: dict[str, Any] = {}
    for name, address in pairs:
        _note(contracts, name, address, of="")
    return contracts


def _accounts(document: Mapping[str, Any]) -> dict[str, Any]:
    tables = {"": document, **{name: _table(document, name) for name in _ACCOUNTS if name}}
    found = {key: tables[table].get(key) for table, keys in _ACCOUNTS.items() for key in keys}
    settled = {
        name: there for name, there in _without_remarks(_table(document, "settlement")) if not _is_contract(name)
    }
    return {name: account for name, account in {**found, **settled}.items() if account is not None}


def _models(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    models: dict[str, dict[str, Any]] = {}
    for section in ("tokens", "pools"):
        for entry in _entries(document, section):
            model = models.setdefault(str(entry.get("modelId")), {"model_id": entry.get("modelId")})
            of = f" of model {entry.get('modelId')}"
            _note(model, "token", _first(entry, "tokenAddress", "address", "token"), of=of)
            _note(model, "params", _first(entry, "paramsAddress", "params"), of=of)
            _note(model, "pool", _first(entry, "ammAddress", "ammPool"), of=of)
    return list(models.values())


def _note(table: dict[str, Any], name: str, address: object, *, of: str) -> None:
    """Put `address` into `table`, unless it is None; raise ContradictionError where another stands there."""
    if address is not None and table.setdefault(name, address) != address:
        message = f"it gives two addresses for the {name}{of}"
        raise ContradictionError(message)


def _is_contract(name: str) -> bool:
    """Tell whether a name in a table that mixes them is a contract's: accounts start with a small letter."""
    return name[:1].isupper()


def _without_remarks(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, entry) for name, entry in table.items() if name[:1] not in _REMARKS)


def _blocks(document: Mapping[str, Any]) -> list[int]:
    blocks = _table(document, "deploymentBlocks").values()
    return [block for block in blocks if isinstance(block, int) and not isinstance(block, bool)]


def _entries(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    here = document.get(name)
    return [entry for entry in here if isinstance(entry, Mapping)] if isinstance(here, list) else []


def _first(entry: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401  # validation judges it later
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    here = document.get(name)
    return here if isinstance(here, Mapping) else {}
