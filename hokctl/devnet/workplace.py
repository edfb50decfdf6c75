"""A place to work with hokctl's own services on a devnet: chain, people, ledger, and proposals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from eth_typing import ChecksumAddress

from hokctl.chain.session import Chain, Snapshot
from hokctl.chain.signers import DevnetSigner
from hokctl.clients.errors import error_table
from hokctl.clients.events import decode_logs
from hokctl.config.networks import NetworkSettings
from hokctl.devnet.genesis import ACCOUNTS, CHAIN_ID
from hokctl.domain.addresses import looks_like_address, parse_address
from hokctl.errors import ConfigError
from hokctl.safe.store import FolderStore
from hokctl.services.proposals import Carrier
from hokctl.services.safe_checks import Knowledge

if TYPE_CHECKING:
    from hokctl.chain.transport import Transport
    from hokctl.domain.ports import Signer
    from hokctl.domain.reviews import Review
    from hokctl.domain.units import ModelId
    from hokctl.ledger.book import Ledger
    from hokctl.services.deployments import Deployment

NETWORK: Final = "devnet"
TREASURY: Final = "treasury"
PEOPLE: Final = {
    "deployer": 0,
    "alice": 1,
    "bob": 2,
    "carol": 3,
    "backend": 4,
    "together-ai": 5,
    "dave": 6,
    "nimbus-gpu": 7,
    "vector-host": 8,
    "edge-cache": 9,
}
"""Who is who: names of the address book and of the signers, with their index in the public test mnemonic."""
OWNERS: Final = ("alice", "bob", "carol")
THRESHOLD: Final = 2


class UnknownPersonError(ConfigError):
    """A name that nobody on the devnet has."""

    code = "unknown-person"

    def __init__(self, name: str) -> None:
        """Name the name."""
        super().__init__(f"Nobody on the devnet is called {name!r}.", hint=f"There are {', '.join(PEOPLE)}.")


class SilentUi:
    """A domain.ports.Ui with nobody behind it: the scenario and the demo decide beforehand."""

    def review(self, review: "Review") -> None:
        """Show nothing."""

    def confirm(self, question: str) -> bool:
        """Say yes to what the story is about."""
        return bool(question)

    def confirm_typed(self, question: str, expected: str) -> bool:
        """Say no: nothing of a script changes a Safe itself."""
        _ = question, expected
        return False

    def ask_secret(self, prompt: str) -> str:
        """Refuse: no signer of a devnet has a password."""
        raise UnknownPersonError(prompt)

    def note(self, text: str) -> None:
        """Show nothing."""


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """A devnet's chain and everything that carries plans to it."""

    chain: Chain
    network: NetworkSettings
    ledger: "Ledger"
    clock: Callable[[], int]
    people: Mapping[str, ChecksumAddress]
    """The address book."""

    @classmethod
    def open(
        cls, transport: "Transport", ledger: "Ledger", *, manifest: Path, proposals: Path, clock: Callable[[], int]
    ) -> Self:
        """Return the place on the devnet behind `transport`, with its files where they are to be."""
        chain = Chain(transport, network=NETWORK, chain_id=CHAIN_ID)
        chain.errors = error_table()
        network = NetworkSettings(name=NETWORK, chain_id=CHAIN_ID, manifest=manifest, proposals=proposals)
        people = {name: parse_address(ACCOUNTS[index], CHAIN_ID) for name, index in PEOPLE.items()}
        return cls(chain=chain, network=network, ledger=ledger, clock=clock, people=people)

    def with_safe(self, safe: ChecksumAddress) -> Self:
        """Return the place with `safe` as the network's Safe, called `treasury` in the address book."""
        network = self.network.model_copy(update={"safe": safe})
        return replace(self, network=network, people={**self.people, TREASURY: safe})

    @property
    def store(self) -> FolderStore:
        """The folder of proposals."""
        return FolderStore(self.network.proposals)

    @cached_property
    def owners(self) -> tuple[ChecksumAddress, ...]:
        """The owners of the Safe."""
        return tuple(self.people[name] for name in OWNERS)

    def snapshot(self) -> Snapshot:
        """Return the chain as it is now."""
        return self.chain.at()

    def resolve(self, text: str) -> ChecksumAddress:
        """Return the address that `text` means; raises UnknownPersonError."""
        if looks_like_address(text):
            return parse_address(text, CHAIN_ID)
        if text not in self.people:
            raise UnknownPersonError(text)
        return self.people[text]

    def name_of(self, address: ChecksumAddress) -> str | None:
        """Return the name of `address` in the address book, or None."""
        return next((name for name, known in self.people.items() if known == address), None)

    def knowledge(self, deployment: "Deployment | None") -> Knowledge:
        """Return what reviewers of a proposal know besides the chain."""
        book = {address: name for name, address in self.people.items()}
        return Knowledge(deployment=deployment, name_of=self.name_of, book=book)

    def carrier(self, signer: str, deployment: "Deployment | None" = None, *model_ids: "ModelId") -> Carrier:
        """Return what a plan needs to travel with the key of the person called `signer`."""
        known = deployment.decoder(*model_ids) if deployment else lambda logs: decode_logs(logs, {})
        return Carrier(
            chain=self.chain,
            snapshot=self.snapshot(),
            from_block=deployment.deployed_at_block if deployment else 0,
            candidates=deployment.accounts if deployment else (),
            production=False,
            allow_lone_key=(),
            folder=self.network.proposals,
            store=self.store,
            journal=lambda: self.ledger.journal,
            signer=self._signer(signer),
            safe=self.network.safe,
            via="auto",
            nonce=None,
            allow=frozenset(),
            dry_run=False,
            assume_yes=True,
            ui=SilentUi(),
            clock=self.clock,
            max_fee_wei=None,
            decoder=known,
            knowledge=lambda: self.knowledge(deployment),
        )

    def _signer(self, name: str) -> "Signer":
        return DevnetSigner(name, PEOPLE[name], CHAIN_ID, self.chain.endpoint)
