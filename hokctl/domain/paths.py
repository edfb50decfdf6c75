"""How an authority acts: the steps from keys to the call, how long they take, or why nobody can take them."""

from dataclasses import dataclass

from hokctl.domain.authority import (
    Authority,
    ContractAuthority,
    EoaAuthority,
    GovernorAuthority,
    SafeAuthority,
    TimelockAuthority,
)
from hokctl.domain.durations import format_duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One authority on the way."""

    authority: Authority
    delay_s: int = 0
    """How long this step takes at least, in seconds."""
    delay_blocks: int = 0
    """How long this step takes at least, in blocks, besides."""

    def __str__(self) -> str:
        """Return the step in words."""
        one = self.authority
        if isinstance(one, TimelockAuthority):
            return f"timelock {one.address} waits {format_duration(one.min_delay_s)}"
        if isinstance(one, GovernorAuthority):
            return f"governor {one.name} {one.address} votes for {_span(self.delay_s, self.delay_blocks)}"
        return str(one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A way from keys to the call: who acts first stands first, who makes the call stands last."""

    hops: tuple[Hop, ...]
    executor: Authority | None = None
    """Who has to execute on the last timelock, where that is neither everybody nor who proposes there."""

    @property
    def delay_s(self) -> int:
        """The least time from the first step to the call, in seconds."""
        return sum(hop.delay_s for hop in self.hops)

    @property
    def delay_blocks(self) -> int:
        """The blocks that pass at least, besides: the vote of a governor that counts blocks."""
        return sum(hop.delay_blocks for hop in self.hops)

    @property
    def time(self) -> str:
        """The least time in words: `at once`, or a span."""
        return _span(self.delay_s, self.delay_blocks) if self.delay_s or self.delay_blocks else "at once"

    def __str__(self) -> str:
        """Return the way in words."""
        way = ", then ".join(str(hop) for hop in self.hops)
        return f"{way}, then {self.executor} executes" if self.executor else way


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What leads through an authority, and what stands in the way."""

    paths: tuple[Path, ...] = ()
    obstacles: tuple[str, ...] = ()


def find_paths(authority: Authority) -> Ways:
    """Return every way through `authority` to the keys behind it, and why other ways are closed."""
    if isinstance(authority, EoaAuthority):
        return _one(Hop(authority=authority))
    if isinstance(authority, SafeAuthority):
        return _through_safe(authority)
    if isinstance(authority, TimelockAuthority):
        return _through_timelock(authority)
    if isinstance(authority, GovernorAuthority):
        return _through_governor(authority)
    return Ways(obstacles=(_closed(authority),))


def _one(hop: Hop) -> Ways:
    return Ways(paths=(Path(hops=(hop,)),))


def _through_safe(safe: SafeAuthority) -> Ways:
    behind = [find_paths(owner) for owner in safe.contract_owners]
    silent = [ways for ways in behind if not ways.paths]
    able = len(safe.owners) - len(silent)
    if able >= safe.threshold:
        return _one(Hop(authority=safe))
    reasons = "; ".join(dict.fromkeys(reason for ways in silent for reason in ways.obstacles))
    missing = f"{able} of the {safe.threshold} owners that must sign for the Safe {safe.address} can"
    return Ways(obstacles=(f"{missing}: {reasons}",))


def _through_governor(governor: GovernorAuthority) -> Ways:
    if governor.timelock is None:
        return _one(_vote(governor))
    return Ways(obstacles=(f"the governor {governor.address} acts as its timelock {governor.timelock}, not as itself",))


def _through_timelock(timelock: TimelockAuthority) -> Ways:
    if not timelock.proposers:
        return Ways(obstacles=(f"nobody may propose to the timelock {timelock.address}",))
    paths: list[Path] = []
    obstacles: list[str] = []
    for proposer in timelock.proposers:
        ways = _proposing(proposer, timelock)
        obstacles.extend(ways.obstacles)
        for path in ways.paths:
            following = _executed(path, proposer, timelock)
            if following is None:
                obstacles.append(f"nobody can execute what is due on the timelock {timelock.address}")
            else:
                paths.append(following)
    return Ways(paths=tuple(paths), obstacles=tuple(dict.fromkeys(obstacles)))


def _proposing(proposer: Authority, timelock: TimelockAuthority) -> Ways:
    if isinstance(proposer, GovernorAuthority) and proposer.timelock == timelock.address:
        return _one(_vote(proposer))
    return find_paths(proposer)


def _executed(path: Path, proposer: Authority, timelock: TimelockAuthority) -> Path | None:
    """Return the way on through the timelock, or None when nobody can execute there."""
    hop = Hop(authority=timelock, delay_s=timelock.min_delay_s)
    hops = (*path.hops, hop)
    if timelock.open_execution or proposer.address in {executor.address for executor in timelock.executors}:
        return Path(hops=hops, executor=path.executor)
    able = [executor for executor in timelock.executors if _proposing(executor, timelock).paths]
    return Path(hops=hops, executor=able[0]) if able else None


def _vote(governor: GovernorAuthority) -> Hop:
    span = governor.voting_delay + governor.voting_period
    return Hop(authority=governor, **{"delay_s" if governor.clock_is_time else "delay_blocks": span})


def _closed(contract: ContractAuthority) -> str:
    if contract.reason:
        return f"{contract.address} {contract.reason}"
    return f"{contract.address} is a contract that hokctl cannot act through"


def _span(seconds: int, blocks: int) -> str:
    parts = [f"{blocks:,} blocks"] if blocks else []
    return " and ".join([*parts, format_duration(seconds)] if seconds or not parts else parts)
