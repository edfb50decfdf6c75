"""The roles of the protocol (OpenZeppelin AccessControl): ids and names."""

from typing import Final, NewType

from eth_utils.crypto import keccak

RoleId = NewType("RoleId", str)
"""A role as the contract stores it: 0x and 64 lower-case hex digits."""


def role_id(name: str) -> RoleId:
    """Return the id of the role called `name`: its keccak hash, or zero for DEFAULT_ADMIN_ROLE."""
    return RoleId("0x" + ("00" * 32 if name == "DEFAULT_ADMIN_ROLE" else keccak(text=name).hex()))


ROLE_NAMES: Final = (
    "DEFAULT_ADMIN_ROLE",
    "PAYER_ROLE",
    "DEPOSITOR_ROLE",
    "FEE_DEPOSITOR_ROLE",
    "GOV_ROLE",
    "PAUSER_ROLE",
    "MINTER_ROLE",
    "DEPLOYER_ROLE",
    "RECORDER_ROLE",
    "VERIFIER_ROLE",
    "SUBMITTER_ROLE",
    "RELEASER_ROLE",
    "GRADUATOR_ROLE",
    "WHITELIST_ADMIN_ROLE",
    "PROPOSER_ROLE",
    "EXECUTOR_ROLE",
    "CANCELLER_ROLE",
    "TIMELOCK_ADMIN_ROLE",
)

ROLE_BY_ID: Final = {role_id(name): name for name in ROLE_NAMES}

DEFAULT_ADMIN_ROLE: Final = role_id("DEFAULT_ADMIN_ROLE")
PAYER_ROLE: Final = role_id("PAYER_ROLE")
DEPOSITOR_ROLE: Final = role_id("DEPOSITOR_ROLE")
FEE_DEPOSITOR_ROLE: Final = role_id("FEE_DEPOSITOR_ROLE")
GOV_ROLE: Final = role_id("GOV_ROLE")
PAUSER_ROLE: Final = role_id("PAUSER_ROLE")
MINTER_ROLE: Final = role_id("MINTER_ROLE")
DEPLOYER_ROLE: Final = role_id("DEPLOYER_ROLE")
RELEASER_ROLE: Final = role_id("RELEASER_ROLE")
WHITELIST_ADMIN_ROLE: Final = role_id("WHITELIST_ADMIN_ROLE")
PROPOSER_ROLE: Final = role_id("PROPOSER_ROLE")
EXECUTOR_ROLE: Final = role_id("EXECUTOR_ROLE")
CANCELLER_ROLE: Final = role_id("CANCELLER_ROLE")
TIMELOCK_ADMIN_ROLE: Final = role_id("TIMELOCK_ADMIN_ROLE")


def role_name(role: str) -> str:
    """Return the name of a role id, or the id itself when hokctl does not know it."""
    return ROLE_BY_ID.get(RoleId(role.lower()), role)
