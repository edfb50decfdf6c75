"""What a deployment's views must answer, and what it means where they answer something else."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.domain.findings import Finding, Severity

if TYPE_CHECKING:
    from hokctl.chain.batch import Batch, Slot

HANDOFF_PENDING: Final = "handoff-pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A view, and the answer that manifest and specification demand of it."""

    read: Read[Any]
    wanted: object
    text: str
    """What the view tells, in words that follow `The`: `factory that the reserve knows`."""
    finding: Finding
    """What another answer means, but for what was found; with a message where that takes more than both answers."""
    also: tuple[object, ...] = ()
    """Other answers that are as good."""
    until_handoff: ChecksumAddress | None = None
    """An answer that only means that the deployer has not handed over yet."""
    required: bool = True
    """Whether a contract that does not answer is a finding; other versions lack some views."""


def expect(
    code: str,
    subject: str,
    read: Read[Any],
    wanted: object,
    *,
    text: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
    also: tuple[object, ...] = (),
    until_handoff: ChecksumAddress | None = None,
    required: bool = True,
    message: str = "",
) -> Expected:
    """Return that `read` is to answer `wanted`; `subject` is the contract's name in the manifest, or `model 21`.

    `message` says what another answer means, where the two answers side by side do not.
    """
    finding = Finding(code=code, severity=severity, subject=subject, message=message, remedy=remedy)
    return Expected(
        read=read,
        wanted=wanted,
        text=text,
        finding=finding,
        also=also,
        until_handoff=until_handoff,
        required=required,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Expectations whose views ride in a batch."""

    slots: "tuple[tuple[Expected, Slot[Any]], ...]" = field(default=())

    def without(self, reads: Collection[Read[Any]]) -> "Asked":
        """Return the expectations but for those of `reads`, which turned out not to matter."""
        return Asked(tuple((expected, slot) for expected, slot in self.slots if expected.read not in reads))

    def findings(self) -> list[Finding]:
        """Return where the answers are others, once the batch has run."""
        return [finding for expected, slot in self.slots if (finding := _judge(expected, slot)) is not None]


def ask(batch: "Batch", expected: Iterable[Expected]) -> Asked:
    """Add the views to `batch`; the same view is asked once."""
    slots: dict[Read[Any], Slot[Any]] = {}
    return Asked(tuple((one, slots.setdefault(one.read, batch.add(one.read))) for one in expected))


def _judge(expected: Expected, slot: "Slot[Any]") -> Finding | None:
    if slot.failed:
        return _unanswered(expected) if expected.required else None
    found = slot.value
    if found in (expected.wanted, *expected.also):
        return None
    if expected.until_handoff is not None and found == expected.until_handoff:
        subject = expected.finding.subject
        return handoff_pending(subject, expected.text.removesuffix(f" of {subject}"), expected.until_handoff)
    return replace(
        expected.finding,
        message=expected.finding.message or f"The {expected.text} is {worded(found)}, not {worded(expected.wanted)}.",
        evidence={
            "view": f"{expected.read.label}.{expected.read.signature}",
            "contract": expected.read.to,
            "found": worded(found),
            "expected": worded(expected.wanted),
        },
    )


def handoff_pending(subject: str, power: str, deployer: ChecksumAddress) -> Finding:
    """Return the finding that the deployer still has `power` over `subject`; `group_handoff` makes one of all."""
    return Finding(
        code="handoff-pending",
        severity=Severity.WARNING,
        subject=subject,
        message=f"The deployer {deployer} has not handed over its powers yet.",
        evidence={"deployer": deployer, "power": power},
        remedy="Hand the deployment over with `hokctl deploy handoff`.",
    )


def group_handoff(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with what a deployer has not handed over as one, which lists the powers by contract."""
    others: list[Finding] = []
    waiting: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.code == HANDOFF_PENDING:
            waiting.setdefault(finding.evidence["deployer"], []).append(finding)
        else:
            others.append(finding)
    return [*others, *(_grouped(deployer, one) for deployer, one in waiting.items())]


def _grouped(deployer: str, findings: list[Finding]) -> Finding:
    powers: dict[str, list[str]] = {}
    for finding in findings:
        powers.setdefault(finding.subject, []).append(finding.evidence["power"])
    subjects: dict[str, list[str]] = {}
    for subject, held in powers.items():
        subjects.setdefault(", ".join(dict.fromkeys(held)), []).append(subject)
    evidence = {", ".join(alike): held for held, alike in subjects.items()}
    return replace(findings[0], subject=deployer, evidence=evidence)


def worded(value: object) -> str:
    """Return an answer as evidence shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _unanswered(expected: Expected) -> Finding:
    return Finding(
        code="view-unanswered",
        severity=Severity.ERROR,
        subject=expected.finding.subject,
        message=f"{expected.read.label} does not answer {expected.read.signature}: the {expected.text} is not known.",
        evidence={"contract": expected.read.to},
        remedy="Compare the code there with its build: `hokctl deploy verify --artifacts DIR`.",
    )
