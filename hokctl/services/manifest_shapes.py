"""The shapes that manifests of the protocol's own scripts have, filled with what the chain says and nothing else."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.services.manifest_facts import TIMELOCK, DeploymentFigures, ModelFigures

JsonTable = dict[str, Any]

_ESCROW: Final = "PendingClaimsEscrow"
_SETTLER: Final = "backendSettler"
_SAFES: Final = ("adminSafe", "emergencySafe")
_RESERVE_ROLES: Final = ("InfrastructureReserve", "UsageFeeRouter")
_IMPLEMENTATION: Final = "DeployableTokenManager"
"""What the live scripts call the token manager that has a deployment factory."""


def addresses_document(figures: DeploymentFigures) -> JsonTable:
    """Return the export of addresses: `*.addresses.json`."""
    symbol, decimals = figures.reserve_token
    document: JsonTable = {
        "$comment": _origin(figures),
        "network": figures.network,
        "chainId": figures.chain_id,
        "reserveToken": {"symbol": symbol, "address": figures.contracts["USDC"], "decimals": decimals},
        "contracts": _without(figures.contracts, ("USDC", TIMELOCK, _ESCROW)),
    }
    if TIMELOCK in figures.contracts:
        document["governance"] = _filled(
            {
                "timelock": figures.contracts[TIMELOCK],
                "timelockMinDelaySeconds": figures.min_delay_s,
                **{name: figures.accounts.get(name) for name in _SAFES},
            }
        )
    settled = _filled({_ESCROW: figures.contracts.get(_ESCROW), _SETTLER: figures.accounts.get(_SETTLER)})
    if settled:
        document["settlement"] = settled
    if figures.births is not None:
        document["deploymentBlocks"] = _without(figures.births, ("USDC", TIMELOCK, _ESCROW))
    document["tokens"] = [_address_entry(one) for one in figures.models]
    return document


def latest_document(figures: DeploymentFigures) -> JsonTable:
    """Return the artifact of the live scripts: `*-latest.json`."""
    contracts: JsonTable = _without(figures.contracts, ("USDC", TIMELOCK))
    if "TokenDeploymentFactory" in contracts:
        contracts["_tokenManagerImpl"] = _IMPLEMENTATION
    document = {
        **_head(figures),
        "contracts": contracts,
        "roles": _nested_roles(figures),
        "config": {
            "reserveToken": figures.contracts["USDC"],
            "factoryDefaults": {
                key: str(value) if key == "flatCurveThreshold" else value for key, value in figures.defaults.items()
            },
            "expectedChainId": str(figures.chain_id),
        },
        "gasUsed": {},
        "tokens": [_token_entry(one) for one in figures.models],
        "pools": [_pool_entry(one) for one in figures.models if one.model.pool is not None],
    }
    if figures.births is not None:
        document["deploymentBlocks"] = _without(figures.births, ("USDC", TIMELOCK))
    governance = {
        "timelock": figures.contracts.get(TIMELOCK),
        **{name: figures.accounts.get(name) for name in _SAFES},
        "minDelay": figures.min_delay_s,
    }
    if _filled(governance):
        document["governance"] = _filled(governance)
    return document


def v2_document(figures: DeploymentFigures) -> JsonTable:
    """Return the artifact of v2.0.0's scripts: `*-v2-latest.json`."""
    token = "USDC" if figures.production else "MockUSDC"
    contracts = _without(figures.contracts, ("USDC",))
    return {
        **_head(figures),
        "contracts": {token: figures.contracts["USDC"], **contracts},
        "tokens": [
            _token_entry(one) | _filled({"infrastructureAccrualBps": one.infrastructure_accrual_bps})
            for one in figures.models
        ],
        "pools": [_pool_entry(one) for one in figures.models if one.model.pool is not None],
        "roles": {name: accounts[0] for name, accounts in flat_roles(figures).items() if len(accounts) == 1},
        "gasUsed": {},
    }


def flat_roles(figures: DeploymentFigures) -> dict[str, tuple[ChecksumAddress, ...]]:
    """Return the holders of reserve's and router's roles by the names of v2.0.0: Contract_ROLE without its ending."""
    names = dict.fromkeys(
        (one.contract, one.power)
        for one in figures.holdings
        if one.role is not None and one.contract in _RESERVE_ROLES and one.power.endswith("_ROLE")
    )
    return {f"{name}_{power.removesuffix('_ROLE')}": figures.holders(name, power) for name, power in names}


def _head(figures: DeploymentFigures) -> JsonTable:
    settlers = figures.holders("UsageFeeRouter", "FEE_DEPOSITOR_ROLE")
    return {
        "_note": _origin(figures),
        "network": figures.network,
        "chainId": str(figures.chain_id),
        "timestamp": _time(figures.block.timestamp),
        "deployer": figures.deployer,
        "treasury": figures.treasury,
        "backendService": settlers[0] if len(settlers) == 1 else None,
    }


def _origin(figures: DeploymentFigures) -> str:
    return f"Written by hokctl from the chain at block {figures.block.number} ({figures.block.hash})."


def _nested_roles(figures: DeploymentFigures) -> JsonTable:
    roles: JsonTable = {}
    for one in figures.holdings:
        if one.model_id is not None or one.contract not in figures.contracts or one.contract == TIMELOCK:
            continue
        table = roles.setdefault(one.contract, {})
        if one.role is None:
            table[one.power] = one.holder
        else:
            table.setdefault(one.power, []).append(one.holder)
    return roles


def _token_entry(one: ModelFigures) -> JsonTable:
    return _filled(
        {
            "configKey": _key(one),
            "modelId": one.model.model_id,
            "name": one.name,
            "symbol": one.symbol,
            "address": one.model.token,
            "paramsAddress": one.model.params,
        }
    )


def _pool_entry(one: ModelFigures) -> JsonTable:
    threshold, price = one.flat_curve_threshold_units, one.flat_curve_price_units
    return _filled(
        {
            "configKey": _key(one),
            "modelId": one.model.model_id,
            "tokenAddress": one.model.token,
            "ammAddress": one.model.pool,
            "crr": one.crr_ppm,
            "tradeFee": one.trade_fee_bps,
            "ibrEndsAt": None if one.buy_only_until is None else _time(one.buy_only_until),
            "flatCurveThreshold": None if threshold is None else str(threshold),
            "flatCurvePrice": None if price is None else str(price),
        }
    )


def _address_entry(one: ModelFigures) -> JsonTable:
    return _filled(
        {
            "configKey": _key(one),
            "modelId": one.model.model_id,
            "name": one.name,
            "symbol": one.symbol,
            "decimals": one.decimals,
            "token": one.model.token,
            "ammPool": one.model.pool,
            "params": one.model.params,
            "crr": one.crr_ppm,
            "tradeFeeBps": one.trade_fee_bps,
        }
    )


def _key(one: ModelFigures) -> str | None:
    return None if one.symbol is None else one.symbol.lower()


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _without(table: Mapping[str, Any], names: Iterable[str]) -> JsonTable:
    return {name: value for name, value in table.items() if name not in set(names)}


def _filled(table: Mapping[str, Any]) -> JsonTable:
    return {key: value for key, value in table.items() if value is not None}
