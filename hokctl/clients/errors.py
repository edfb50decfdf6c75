"""Why a contract refused, in one sentence that names the role, the account and the values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, cast

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address

from hokctl.chain.reverts import ErrorEntry, ErrorTable, Revert
from hokctl.chain.wire import plain_text
from hokctl.clients.interfaces import known_fragments
from hokctl.clients.reasons import ERROR_REASONS, SAFE_REASONS, STRING_REASONS
from hokctl.clients.wording import WordedValue, Wording
from hokctl.domain.amounts import Token
from hokctl.domain.roles import role_name

_MISSING_ROLE: Final = re.compile(
    r"AccessControl: account (?P<account>0x[0-9a-f]{40}) is missing role (?P<role>0x[0-9a-f]{64})", re.ASCII
)


@cache
def error_table() -> ErrorTable:
    """Return every custom error that hokctl can name: of the suite, OpenZeppelin 5, v2.0.0 and the timelock."""
    return ErrorTable(
        ErrorEntry(
            name=fragment.name,
            types=fragment.types,
            arg_names=tuple(parameter.name for parameter in fragment.inputs),
        )
        for fragment in known_fragments()
        if fragment.kind == "error"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """Where a call failed."""

    label: str
    address: ChecksumAddress | None
    function: str
    account: ChecksumAddress | None
    wording: Wording

    @property
    def target(self) -> str:
        return self.label if self.address is None else f"{self.label} {self.address}"

    def fails(self, reason: str) -> str:
        return f"{self.function or 'The call'} on {self.target} fails: {reason}."

    def forbidden(self, account: ChecksumAddress, lack: str) -> str:
        """Return that `account` may not call; of a contract further inside, what it lacks there."""
        if self.account is not None and account != self.account:
            return self.fails(f"{self.wording.address(account)} lacks {lack} in a contract that it calls")
        what = f"call {self.function}" if self.function else "make this call"
        return f"{self.wording.address(account)} may not {what}: it lacks {lack} on {self.target}."


def explain_revert(
    revert: Revert,
    *,
    label: str,
    signature: str = "",
    address: ChecksumAddress | None = None,
    account: ChecksumAddress | None = None,
    names: Mapping[ChecksumAddress, str] | None = None,
    token: Token | None = None,
) -> str:
    """Return one sentence that says why the call failed, such as `0x… may not call pause(): it lacks PAUSER_ROLE …`.

    `label` and `address` are the target's, `signature` is the function's, `account` the caller's; `names` are those
    of the address book, and `token` is what amounts are counted in. Texts that hokctl does not know are passed on.
    """
    function = signature.partition("(")[0]
    wording = Wording(names=names or {}, token=token)
    site = _Site(label=label, address=address, function=function, account=account, wording=wording)
    if revert.kind == "string":
        return _explain_string(revert.text, site)
    if revert.kind == "custom":
        return _explain_custom(revert, site)
    return site.fails(revert.text)


def _explain_string(text: str, site: _Site) -> str:
    match = _MISSING_ROLE.search(text)
    if match is not None:
        return site.forbidden(to_checksum_address(match["account"]), role_name(match["role"]))
    if text in SAFE_REASONS:
        return site.fails(f"{SAFE_REASONS[text]} ({text})")
    if text == "Ownable: caller is not the owner" and site.account is not None:
        return site.forbidden(site.account, "ownership")
    return site.fails(STRING_REASONS.get(text, plain_text(text)))


def _explain_custom(revert: Revert, site: _Site) -> str:
    values = [argument.value for argument in revert.args]
    match revert.name, values:
        case "AccessControlUnauthorizedAccount", [account, bytes() as role]:
            return site.forbidden(cast("ChecksumAddress", account), role_name("0x" + role.hex()))
        case "OwnableUnauthorizedAccount", [account]:
            return site.forbidden(cast("ChecksumAddress", account), "ownership")
        case "NotMinter", [account]:
            return site.forbidden(cast("ChecksumAddress", account), "MINTER_ROLE")
    signature = f"{revert.name}({','.join(argument.type for argument in revert.args)})"
    # OpenZeppelin's Address declares an error of the same selector with its arguments the other way round.
    if signature == "InsufficientBalance(uint256,uint256)" and site.label == "TokenManager":
        held, needed = cast("list[int]", values)
        return site.fails(f"the contract holds {held} wei but needs {needed}")
    reason = ERROR_REASONS.get(signature)
    if reason is None:
        return site.fails(revert.text)
    return site.fails(reason.format(*(WordedValue(arg.value, arg.type, site.wording) for arg in revert.args)))
