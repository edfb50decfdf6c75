"""The Safe as an account: whether an address is one, what guards it, and how a new one comes into being."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eth_typing import ChecksumAddress
from eth_utils.address import is_checksum_address, to_checksum_address

from hokctl.chain.batch import Batch, Slot
from hokctl.chain.session import Snapshot
from hokctl.clients.safe import FALLBACK_HANDLER_SLOT, GUARD_SLOT, SENTINEL, SINGLETON_SLOT, Safe, SafeSetup
from hokctl.clients.safe_deployments import SAFE_1_4_1, SAFE_DEPLOYMENTS, SafeDeployment
from hokctl.clients.safe_proxy_factory import NewSafe, SafeProxyFactory
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.calls import Call
from hokctl.domain.units import ZERO_ADDRESS
from hokctl.errors import UsageError
from hokctl.safe.versions import UnsupportedSafeVersionError

_MODULES_A_PAGE = 100
_MODULES_AT_MOST = 5_000
"""No Safe has so many; a contract that only plays one might go on for ever."""
_WORD_BYTES = 32


class NotASafeError(UsageError):
    """An address that is not a Safe."""

    code = "not-a-safe"

    def __init__(self, address: str) -> None:
        """Name the address."""
        super().__init__(
            f"{address} is not a Safe: it does not answer as one.",
            hint="Check the address and the network; hokctl safe create makes a new Safe.",
        )


class InvalidSafeSetupError(UsageError):
    """Owners and a threshold that no Safe accepts."""

    code = "invalid-safe-setup"

    def __init__(self, reason: str) -> None:
        """Say what is wrong with them."""
        super().__init__(
            f"A Safe cannot be created like this: {reason}.",
            hint="Give each owner once, and a threshold from 1 to the number of owners.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeDetails:
    """A Safe and everything that acts on its behalf or watches it."""

    authority: SafeAuthority
    singleton: ChecksumAddress
    """The code it runs."""
    fallback_handler: ChecksumAddress | None
    guard: ChecksumAddress | None
    """A contract that may refuse transactions."""
    modules: tuple[ChecksumAddress, ...]
    """Contracts that move the Safe's funds without any confirmation."""
    more_modules: bool
    """Whether there are more modules than were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeCreation:
    """The call that creates a Safe, and where the Safe will be."""

    call: Call
    address: ChecksumAddress


class SafeReads:
    """The reads that tell whether an address is a Safe, placed in a batch among others."""

    def __init__(self, batch: Batch, address: ChecksumAddress) -> None:
        """Add the reads to `batch`; ask for the `authority` once it ran."""
        safe = Safe(address)
        self._address = address
        self._version: Slot[str] = batch.add(safe.version())
        self._threshold: Slot[int] = batch.add(safe.get_threshold())
        self._owners: Slot[tuple[ChecksumAddress, ...]] = batch.add(safe.get_owners())
        self._nonce: Slot[int] = batch.add(safe.nonce())

    @property
    def authority(self) -> SafeAuthority | None:
        """The Safe at the address; None when it does not answer as one or nobody could act through it."""
        slots = (self._version, self._threshold, self._owners, self._nonce)
        if any(slot.failed for slot in slots):
            return None
        if not 1 <= self._threshold.value <= len(self._owners.value):
            return None
        return SafeAuthority(
            address=self._address,
            owners=self._owners.value,
            threshold=self._threshold.value,
            nonce=self._nonce.value,
            version=self._version.value,
        )


def read_safe(snapshot: Snapshot, address: ChecksumAddress) -> SafeAuthority | None:
    """Return the Safe at `address` in the snapshot's block, in one round trip; None when it is none."""
    batch = snapshot.batch()
    reads = SafeReads(batch, address)
    batch.run()
    return reads.authority


def get_safe(snapshot: Snapshot, address: ChecksumAddress) -> SafeAuthority:
    """Return the Safe at `address` in the snapshot's block; NotASafeError when it is none."""
    authority = read_safe(snapshot, address)
    if authority is None:
        raise NotASafeError(address)
    return authority


class SafeDetailsReads:
    """The reads of a Safe with everything that acts for it or watches it, placed in a batch among others."""

    def __init__(self, batch: Batch, address: ChecksumAddress) -> None:
        """Add the reads to `batch`; ask for the `details` once it ran."""
        safe = Safe(address)
        self._address = address
        self._safe = SafeReads(batch, address)
        self._singleton, self._handler, self._guard = (
            batch.add(safe.get_storage_at(slot)) for slot in (SINGLETON_SLOT, FALLBACK_HANDLER_SLOT, GUARD_SLOT)
        )
        self._modules = batch.add(safe.get_modules_paginated(SENTINEL, _MODULES_A_PAGE))

    @property
    def details(self) -> SafeDetails:
        """The Safe; NotASafeError when the address does not answer as one."""
        authority = self._safe.authority
        if authority is None:
            raise NotASafeError(self._address)
        found, following = self._modules.value
        return SafeDetails(
            authority=authority,
            singleton=address_in(self._singleton.value) or ZERO_ADDRESS,
            fallback_handler=address_in(self._handler.value),
            guard=address_in(self._guard.value),
            modules=found,
            more_modules=_goes_on(following),
        )


def get_safe_details(snapshot: Snapshot, address: ChecksumAddress) -> SafeDetails:
    """Return the Safe with its guard, all its modules and its fallback handler; NotASafeError.

    One round trip, and one more for every hundred modules beyond the first hundred.
    """
    batch = snapshot.batch()
    reads = SafeDetailsReads(batch, address)
    batch.run()
    details = reads.details
    while details.more_modules and 0 < len(details.modules) < _MODULES_AT_MOST:
        # Safe 1.3.0 names a module as the next page's start that is on neither page: the last one shown never misleads.
        page = snapshot.get(Safe(address).get_modules_paginated(details.modules[-1], _MODULES_A_PAGE))
        more = tuple(module for module in page[0] if module not in details.modules)
        details = replace(details, modules=(*details.modules, *more), more_modules=bool(more) and _goes_on(page[1]))
    return details


def _goes_on(following: ChecksumAddress) -> bool:
    return following not in {SENTINEL, ZERO_ADDRESS}


def build_safe_creation(
    owners: Sequence[ChecksumAddress],
    threshold: int,
    *,
    salt_nonce: int,
    creation_code: bytes,
    version: str = SAFE_1_4_1.version,
) -> SafeCreation:
    """Return the creation of a Safe with the canonical contracts of `version`; anyone may make the call.

    `creation_code` is the answer of the factory's `proxy_creation_code`. The same arguments give the same address
    on every chain. Raises InvalidSafeSetupError.
    """
    deployment = _deployment(version)
    _verify_setup(owners, threshold, deployment)
    setup = SafeSetup(owners=tuple(owners), threshold=threshold, fallback_handler=deployment.fallback_handler)
    initializer = Safe(deployment.singleton_l2).setup(setup, purpose="").data
    new_safe = NewSafe(singleton=deployment.singleton_l2, initializer=initializer, salt_nonce=salt_nonce)
    factory = safe_factory(version)
    address = factory.predict_address(new_safe, creation_code)
    purpose = f"Create the {threshold}-of-{len(owners)} Safe {address}"
    return SafeCreation(call=factory.create_proxy_with_nonce(new_safe, purpose=purpose), address=address)


def safe_factory(version: str = SAFE_1_4_1.version) -> SafeProxyFactory:
    """Return the canonical factory of `version`, whose `proxy_creation_code` a creation needs."""
    return SafeProxyFactory(_deployment(version).proxy_factory)


def _deployment(version: str) -> SafeDeployment:
    for deployment in SAFE_DEPLOYMENTS:
        if deployment.version == version:
            return deployment
    raise UnsupportedSafeVersionError(version, "to be created")


def _verify_setup(owners: Sequence[ChecksumAddress], threshold: int, deployment: SafeDeployment) -> None:
    for owner in owners:
        if not is_checksum_address(owner):
            raise InvalidSafeSetupError(f"{owner!r} is not a checksummed address")
        if owner in {ZERO_ADDRESS, SENTINEL}:
            raise InvalidSafeSetupError(f"{owner} is nobody's account")
        if owner in deployment.labels():
            raise InvalidSafeSetupError(f"{owner} is a contract of Safe itself")
    for owner in owners:
        if list(owners).count(owner) > 1:
            raise InvalidSafeSetupError(f"{owner} is given twice")
    if not 1 <= threshold <= len(owners):
        raise InvalidSafeSetupError(f"the threshold is {threshold} with {len(owners)} owners")


def address_in(word: bytes) -> ChecksumAddress | None:
    """Return the address in a word of storage; None for the zero address."""
    address = to_checksum_address(word[:_WORD_BYTES].rjust(_WORD_BYTES, b"\0")[12:])
    return None if address == ZERO_ADDRESS else address
