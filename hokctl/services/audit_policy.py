"""What a policy says about single powers, and which holders need no policy."""

from collections.abc import Iterable
from typing import Final

from eth_typing import ChecksumAddress

from hokctl.config.policy import AcceptedFinding, AuditRules, Policy
from hokctl.domain.powers import Holding, Powers
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, EXECUTOR_ROLE, TIMELOCK_ADMIN_ROLE
from hokctl.domain.units import ZERO_ADDRESS

TIMELOCK: Final = "TimelockController"
USUAL_CONTRACTS_ONLY: Final = ("treasury", "owner", "DEFAULT_ADMIN_ROLE", "GOV_ROLE", "MINTER_ROLE")
"""What no single key should hold where nobody said otherwise: money, tokens, and who hands out power over them."""

_BY_DESIGN: Final = frozenset(
    {
        ("InfrastructureReserve", "DEPOSITOR_ROLE", "UsageFeeRouter"),
        ("TokenManager", "MINTER_ROLE", "HokusaiAMM"),
        ("TokenManager", "deltaVerifier", "DeltaVerifier"),
        ("HokusaiAMM", "owner", "HokusaiAMMFactory"),
        ("HokusaiToken", "owner", "TokenManager"),
        ("HokusaiToken", "controller", "TokenManager"),
        ("HokusaiParams", "DEFAULT_ADMIN_ROLE", "TokenManager"),
        ("ModelRegistry", "poolRegistrar", "HokusaiAMMFactory"),
        ("DataContributionRegistry", "RECORDER_ROLE", "DeltaVerifier"),
    }
)
"""Contract, power and holder: what contracts of one deployment hold over each other, so that it works at all."""


class Agreement:
    """What was agreed about the powers of one deployment; without a policy, nothing."""

    def __init__(self, powers: Powers, policy: Policy | None) -> None:
        """Compare `powers` with `policy`."""
        self.powers = powers
        self.has_policy = policy is not None
        self.rules = AuditRules() if policy is None else policy.audit
        self._roles = {} if policy is None else policy.roles
        self._names = {contract.address: contract.name for contract in powers.contracts}
        self.is_explicit = self.rules.contracts_only is not None
        """Whether the policy itself says which powers no single key may hold."""
        self._contracts_only = frozenset(self.rules.contracts_only or () if self.is_explicit else USUAL_CONTRACTS_ONLY)

    def expected(self, holding: Holding) -> tuple[ChecksumAddress, ...] | None:
        """Return who shall hold a power, and no other; None where the policy says nothing about it."""
        names = (holding.contract, f"{holding.contract}/{holding.model_id}")
        found = [self._roles[name] for name in names if name in self._roles]
        said = [table[key] for table in found for key in (holding.power, holding.role) if key in table]
        return said[-1] if said else None

    def is_agreed(self, holding: Holding) -> bool:
        """Tell whether the policy lists the holder."""
        return holding.holder in (self.expected(holding) or ())

    def is_by_design(self, holding: Holding) -> bool:
        """Tell whether the protocol itself gives the power to one of its own contracts, or to nobody."""
        if holding.holder == ZERO_ADDRESS:
            return holding.contract != TIMELOCK or holding.role == EXECUTOR_ROLE
        if holding.contract == TIMELOCK and holding.holder == holding.address:
            return holding.role in {DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE}
        return (holding.contract, holding.power, self._names.get(holding.holder)) in _BY_DESIGN

    def needs_a_contract(self, holding: Holding) -> bool:
        """Tell whether no single key may hold a power."""
        if not _names_power(self._contracts_only, holding):
            return False
        return self.is_explicit or not self.is_agreed(holding)

    def named(self) -> Iterable[tuple[str, str, tuple[ChecksumAddress, ...]]]:
        """Yield contract, power and holders of every entry of the policy."""
        for contract, table in self._roles.items():
            for power, holders in table.items():
                yield contract, power, holders

    def overridden(self, contract: str, power: str, model_id: str | None) -> bool:
        """Tell whether a model's own entry takes the place of the one for all models."""
        return model_id is not None and power in self._roles.get(f"{contract}/{model_id}", {})


def accepts(accepted: AcceptedFinding, code: str, holdings: Iterable[Holding]) -> bool:
    """Tell whether an entry of the policy accepts a finding with `code` about `holdings`."""
    found = tuple(holdings)
    if accepted.code != code or (not found and (accepted.power or accepted.holder)):
        return False
    if accepted.holder is not None and any(one.holder != accepted.holder for one in found):
        return False
    return accepted.power is None or all(_names_power({accepted.power}, one) for one in found)


def _names_power(powers: Iterable[str], holding: Holding) -> bool:
    contract = holding.contract
    ways = {f"{prefix}{key}" for key in (holding.power, holding.role) if key for prefix in ("", f"{contract}.")}
    ways |= {f"{contract}/{holding.model_id}.{key}" for key in (holding.power, holding.role) if key}
    return not ways.isdisjoint(powers)
