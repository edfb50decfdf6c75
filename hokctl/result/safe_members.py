"""Who owns a Safe, and what acts for it beside them, as scripts and people read it."""

from collections.abc import Mapping

from eth_typing import ChecksumAddress

from hokctl.domain.authority import EoaAuthority, SafeAuthority
from hokctl.domain.documents import JsonObject
from hokctl.result.values import Block, Heading, Table
from hokctl.safe.account import SafeDetails
from hokctl.services.safe_changes import OwnerAuthority, SafeMembers

Names = Mapping[ChecksumAddress, str | None]


def members_to_json(members: SafeMembers, names: Names) -> JsonObject:
    """Return the owners with what each is."""
    return {
        "safe": members.safe.address,
        "threshold": members.safe.threshold,
        "owners": [
            {"address": owner.address, "name": names[owner.address], "kind": owner.kind, **_own_threshold(owner)}
            for owner in members.owners
        ],
    }


def members_blocks(members: SafeMembers, names: Names) -> tuple[Block, ...]:
    """Return the owners for people."""
    rows = tuple((owner.address, names[owner.address] or "", _word(owner)) for owner in members.owners)
    return (Heading(f"Owners of the {members.safe}"), Table(("owner", "name", "what it is"), rows))


def modules_to_json(details: SafeDetails, names: Names) -> JsonObject:
    """Return the modules, and whether there are more than were read."""
    return {
        "safe": details.authority.address,
        "modules": [{"address": module, "name": names[module]} for module in details.modules],
        "more_modules": details.more_modules,
        "guard": details.guard,
    }


def modules_blocks(details: SafeDetails, names: Names) -> tuple[Block, ...]:
    """Return the modules for people."""
    rows = tuple((module, names[module] or "") for module in details.modules)
    table = Table(("module", "name"), rows, empty="No module acts for the Safe.")
    return (Heading(f"Modules of the {details.authority}"), table)


def _own_threshold(owner: OwnerAuthority) -> JsonObject:
    if not isinstance(owner, SafeAuthority):
        return {}
    return {"threshold": owner.threshold, "owners": list(owner.owners)}


def _word(owner: OwnerAuthority) -> str:
    match owner:
        case EoaAuthority():
            return "account"
        case SafeAuthority():
            return f"{owner.threshold}-of-{len(owner.owners)} Safe"
        case _:
            return "contract that is no Safe"
