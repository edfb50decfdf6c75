"""OpenZeppelin AccessControl, 4.9 and 5: who holds a role, and handing roles around."""

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Client, as_bool, as_int, as_role
from hokctl.clients.codec import word_from_hex
from hokctl.domain.authority import AccountRequired
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, RoleId


class AccessControl(Client):
    """A contract with roles. It cannot list the holders of a role: only its logs can."""

    contract_name = "AccessControl"

    def default_admin_role(self) -> Read[RoleId]:
        """The id of DEFAULT_ADMIN_ROLE: zero."""
        return self._read("DEFAULT_ADMIN_ROLE()", ("bytes32",), (), as_role)

    def has_role(self, role: RoleId, account: ChecksumAddress) -> Read[bool]:
        """Whether `account` holds `role`."""
        return self._read("hasRole(bytes32,address)", ("bool",), (word_from_hex(role), account), as_bool)

    def get_role_admin(self, role: RoleId) -> Read[RoleId]:
        """The role whose holders grant and revoke `role`."""
        return self._read("getRoleAdmin(bytes32)", ("bytes32",), (word_from_hex(role),), as_role)

    def supports_interface(self, interface_id: bytes) -> Read[bool]:
        """Whether the contract says that it has the interface with this 4-byte id (ERC-165)."""
        return self._read("supportsInterface(bytes4)", ("bool",), (interface_id,), as_bool)

    def grant_role(
        self, role: RoleId, account: ChecksumAddress, *, purpose: str, admin: RoleId = DEFAULT_ADMIN_ROLE
    ) -> Call:
        """Grant `role` to `account`. Holders of the role's admin role, which `admin` names."""
        return self._call(
            "grantRole(bytes32,address)",
            ("role", "account"),
            (word_from_hex(role), account),
            purpose=purpose,
            requires=(self._role(admin),),
        )

    def revoke_role(
        self, role: RoleId, account: ChecksumAddress, *, purpose: str, admin: RoleId = DEFAULT_ADMIN_ROLE
    ) -> Call:
        """Take `role` from `account`. Holders of the role's admin role, which `admin` names.

        The suite refuses to take DEFAULT_ADMIN_ROLE from its last holder.
        """
        return self._call(
            "revokeRole(bytes32,address)",
            ("role", "account"),
            (word_from_hex(role), account),
            purpose=purpose,
            requires=(self._role(admin),),
        )

    def renounce_role(self, role: RoleId, account: ChecksumAddress, *, purpose: str) -> Call:
        """Give up `role`. Only `account` itself."""
        return self._call(
            "renounceRole(bytes32,address)",
            ("role", "callerConfirmation"),
            (word_from_hex(role), account),
            purpose=purpose,
            requires=(AccountRequired(account=account),),
        )


class LastAdminGuard(AccessControl):
    """AccessControl that counts its admins and keeps the last one: the suite's own addition to v2.0.0."""

    contract_name = "LastAdminGuard"

    def admin_count(self) -> Read[int]:
        """How many accounts hold DEFAULT_ADMIN_ROLE. A contract of v2.0.0 reverts."""
        return self._read("adminCount()", ("uint256",), (), as_int)
