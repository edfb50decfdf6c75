"""What the contracts of a manifest say of each other, on the chain at one block."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eth_typing import ChecksumAddress

from hokctl.clients.wiring import WIRES, Wire
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.units import ZERO_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hokctl.chain.batch import Slot
    from hokctl.chain.session import Snapshot

_ROUTER: Final = "UsageFeeRouter"
_CORRECT: Final = "Correct the file, or find out which of the two is the deployment that is meant."


@dataclass(slots=True)
class Wiring:
    """The contracts of a deployment by name, as far as the chain confirms them."""

    contracts: dict[str, ChecksumAddress]
    codes: dict[str, bytes] = field(default_factory=dict)
    """The runtime code of each."""
    found: tuple[str, ...] = ()
    """Contracts that the manifest did not name and others led to."""
    findings: list[Finding] = field(default_factory=list)


def read_wiring(snapshot: "Snapshot", named: "Mapping[str, ChecksumAddress]") -> Wiring:
    """Return `named` with the contracts that they lead to, and findings where they contradict each other.

    Takes one round trip, and one more for each generation of contracts that was not named.
    """
    wiring = Wiring(dict(named))
    fresh = dict(named)
    while fresh:
        with snapshot.batch() as batch:
            codes = {name: batch.add_code(address) for name, address in fresh.items()}
            asked = [(wire, batch.add(wire.read(fresh[wire.contract]))) for wire in WIRES if wire.contract in fresh]
        wiring.codes |= {name: slot.value for name, slot in codes.items()}
        fresh = _follow(wiring, _without_old_router(wiring, asked))
    wiring.found = tuple(name for name in wiring.contracts if name not in named)
    wiring.findings[:0] = [_no_code(name, wiring.contracts[name]) for name, code in wiring.codes.items() if not code]
    return wiring


_Asked = list[tuple[Wire, "Slot[ChecksumAddress]"]]


def _without_old_router(wiring: Wiring, asked: _Asked) -> _Asked:
    """Return what was asked, without a router of the first version: it knows no reserve, and is of no use here."""
    failed = {wire.view: slot.failed for wire, slot in asked if wire.contract == _ROUTER}
    old = wiring.codes.get(_ROUTER) and failed.get("infraReserve") and not failed["factory"]
    if not old:
        return asked
    address = wiring.contracts.pop(_ROUTER)
    del wiring.codes[_ROUTER]
    wiring.findings.append(
        Finding(
            code="router-without-reserve",
            severity=Severity.INFO,
            subject=_ROUTER,
            message=f"The {_ROUTER} at {address} knows no reserve: it is of the first version.",
            remedy="It is left out; `hokctl deploy plan --scope infrastructure` shows what the second version adds.",
        )
    )
    return [(wire, slot) for wire, slot in asked if wire.contract != _ROUTER]


def _follow(wiring: Wiring, asked: _Asked) -> dict[str, ChecksumAddress]:
    """Return the contracts that were not known before, and note contradictions."""
    fresh: dict[str, ChecksumAddress] = {}
    for wire, slot in asked:
        if not wiring.codes[wire.contract]:
            continue
        if slot.failed:
            if wire.required:
                wiring.findings.append(_mute(wire, wiring.contracts[wire.contract]))
            continue
        target = slot.value
        if wire.target not in wiring.contracts and target != ZERO_ADDRESS:
            fresh[wire.target] = wiring.contracts[wire.target] = target
        elif wiring.contracts.get(wire.target, target) != target:
            wiring.findings.append(_contradiction(wire, named=wiring.contracts[wire.target], found=target))
    return fresh


def _no_code(name: str, address: ChecksumAddress) -> Finding:
    return Finding(
        code="manifest-no-code",
        severity=Severity.ERROR,
        subject=name,
        message=f"There is no contract at {address}, where {name} should be.",
        remedy="Check that file and network are of one chain, and that the node is up to date.",
        allowable=False,
    )


def _mute(wire: Wire, address: ChecksumAddress) -> Finding:
    return Finding(
        code="manifest-wiring",
        severity=Severity.ERROR,
        subject=wire.contract,
        message=f"The contract at {address} has no {wire.signature}, so it is no {wire.contract}.",
        remedy=_CORRECT,
        allowable=False,
    )


def _contradiction(wire: Wire, *, named: ChecksumAddress, found: ChecksumAddress) -> Finding:
    return Finding(
        code="manifest-wiring",
        severity=Severity.ERROR,
        subject=wire.contract,
        message=f"{wire.contract}.{wire.signature} is {found} on the chain, but {wire.target} is said to be {named}.",
        remedy=_CORRECT,
        evidence={"contract": wire.contract, "view": wire.signature, "chain": found, "manifest": named},
        allowable=False,
    )
