"""Publishing sources: asked first, sent once, and asked after until the explorer has made up its mind."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hokctl.chain.http_service import HttpService
from hokctl.config.networks import DEVNET_CHAIN_ID
from hokctl.domain.findings import Finding, Severity
from hokctl.errors import ConfigError
from hokctl.explorers.base import Explorer, Opinion, Submission, Verdict, open_http
from hokctl.explorers.etherscan import ETHERSCAN_URL, EtherscanLike
from hokctl.explorers.sourcify import SOURCIFY_URL, Sourcify, SourcifyHttp
from hokctl.services.publication_targets import Target

if TYPE_CHECKING:
    from hokctl.config.networks import NetworkSettings

_PAUSE_S: Final = 3.0
"""How long to wait between two questions about the same jobs."""
_sleep: Callable[[float], None] = time.sleep


class NoExplorerError(ConfigError):
    """A network whose sources nobody takes."""

    code = "no-explorer"

    def __init__(self, network: str, kind: str) -> None:
        """Name the network and the kind of explorer."""
        super().__init__(
            f"No {kind} is known for the network {network!r}.",
            hint=f"Set explorer_url in [networks.{network}] to the base URL of its API.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of one contract's sources."""

    target: Target
    opinion: Opinion
    sent: bool
    """Whether they were sent now, and not verified before."""


def open_explorer(network: "NetworkSettings", *, kind: str | None = None) -> Explorer:
    """Return the explorer that the network names, or its own of `kind`.

    Raises NoExplorerError, InvalidExplorerUrlError and MissingSecretError.
    """
    name = kind or network.explorer
    url = network.explorer_address() if name == network.explorer else None
    default = {"sourcify": SOURCIFY_URL, "etherscan": ETHERSCAN_URL}.get(name)
    if url is None and (default is None or network.chain_id == DEVNET_CHAIN_ID):
        raise NoExplorerError(network.name, name.capitalize())
    key = network.explorer_key() if name == network.explorer else None
    connection: type[HttpService] = SourcifyHttp if name == "sourcify" else HttpService
    http = open_http(url or str(default), network=network.name, has_key=key is not None, kind=connection, sleep=_sleep)
    if name == "sourcify":
        return Sourcify(http, chain_id=network.chain_id)
    return EtherscanLike(http, chain_id=network.chain_id if name == "etherscan" else None, key=key)


def look_up(explorer: Explorer, targets: Sequence[Target]) -> list[Published]:
    """Return what the explorer knows already; nothing is sent."""
    return [Published(target=one, opinion=explorer.look_up(one.address), sent=False) for one in targets]


def publish(explorer: Explorer, known: Sequence[Published], *, wait_s: float) -> list[Published]:
    """Send what is not verified yet, and ask for at most `wait_s` what has become of it."""
    done: list[Published] = []
    jobs: dict[int, str] = {}
    for item in known:
        if not item.opinion.is_verified and _can_send(explorer, item.target):
            answer = explorer.submit(_submission(item.target))
            if isinstance(answer, str):
                jobs[len(done)] = answer
            opinion = Opinion(verdict=Verdict.PENDING) if isinstance(answer, str) else answer
            done.append(replace(item, opinion=opinion, sent=True))
        else:
            done.append(item)
    waited_s = 0.0
    while jobs:
        for index, job in list(jobs.items()):
            opinion = explorer.check(job, done[index].target.address)
            done[index] = replace(done[index], opinion=opinion)
            if opinion.verdict is not Verdict.PENDING:
                del jobs[index]
        if not jobs or waited_s + _PAUSE_S > wait_s:
            break
        _sleep(_PAUSE_S)
        waited_s += _PAUSE_S
    return done


def judge(explorer: Explorer, published: Sequence[Published]) -> tuple[Finding, ...]:
    """Return what the explorer did not take, in its own words."""
    findings = []
    for one in published:
        if one.opinion.verdict is Verdict.FAILED:
            findings.append(_refused(explorer, one))
        elif one.opinion.verdict is Verdict.UNKNOWN and not _can_send(explorer, one.target):
            findings.append(_unknown_args(explorer, one.target))
    return tuple(findings)


def _can_send(explorer: Explorer, target: Target) -> bool:
    return explorer.takes_unknown_args or target.constructor_args is not None


def _submission(target: Target) -> Submission:
    return Submission(
        address=target.address,
        identifier=target.source.identifier,
        compiler_version=target.source.compiler_version,
        standard_input=target.source.document,
        constructor_args=target.constructor_args,
        creation_tx_hash=None if target.creation is None else target.creation.tx_hash,
    )


def _refused(explorer: Explorer, one: Published) -> Finding:
    reason = one.opinion.reason or "it gives no reason"
    return Finding(
        code="publish-refused",
        severity=Severity.ERROR,
        subject=one.target.label,
        message=f"{explorer.endpoint} does not verify {one.target.label}: {reason}.",
        remedy="`hokctl deploy verify` compares the code without any explorer.",
        evidence={"address": one.target.address, "explorer": explorer.endpoint},
    )


def _unknown_args(explorer: Explorer, target: Target) -> Finding:
    return Finding(
        code="publish-unknown-args",
        severity=Severity.WARNING,
        subject=target.label,
        message=f"What the constructor of {target.label} was given is not known, and {explorer.endpoint} asks for it.",
        remedy="Publish at Sourcify, which finds it itself: --explorer sourcify.",
    )
