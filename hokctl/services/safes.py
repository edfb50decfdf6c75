"""Creating a Safe: one call to the canonical factory, at an address that is known beforehand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from eth_typing import ChecksumAddress

from hokctl.clients.safe import Safe
from hokctl.clients.safe_deployments import SAFE_1_4_1
from hokctl.domain.plans import Plan
from hokctl.safe.account import build_safe_creation, read_safe, safe_factory
from hokctl.services.planning import event_emitted, view_is

if TYPE_CHECKING:
    from hokctl.chain.session import Snapshot


def plan_safe_creation(
    snapshot: "Snapshot",
    owners: Sequence[ChecksumAddress],
    threshold: int,
    *,
    salt_nonce: int,
    config_source: str | None,
    version: str = SAFE_1_4_1.version,
) -> tuple[Plan, ChecksumAddress]:
    """Return the plan that creates a Safe, and the Safe's address; without calls when it is there already.

    The same owners in the same order, threshold and salt give the same address on every chain. Raises
    InvalidSafeSetupError, and NoContractError where Safe's contracts are missing.
    """
    code = snapshot.get(safe_factory(version).proxy_creation_code())
    creation = build_safe_creation(owners, threshold, salt_nonce=salt_nonce, creation_code=code, version=version)
    existing = read_safe(snapshot, creation.address)
    safe = Safe(creation.address)
    plan = Plan(
        title=f"Create a {threshold}-of-{len(owners)} Safe at {creation.address}",
        network=snapshot.chain.network,
        chain_id=snapshot.chain.chain_id,
        block=snapshot.block,
        calls=() if existing is not None else (replace(creation.call, creates=creation.address),),
        after=(
            view_is(safe.version(), version, f"the Safe is of version {version}"),
            view_is(safe.get_owners(), tuple(owners), f"its owners are {', '.join(owners)}"),
            view_is(safe.get_threshold(), threshold, f"{threshold} of them must confirm"),
            event_emitted(
                safe_factory(version).address,
                safe_factory(version).label,
                "ProxyCreation",
                {"proxy": ("address", creation.address)},
                "the factory logs the new Safe",
            ),
        ),
        config_source=config_source,
    )
    return plan, creation.address
