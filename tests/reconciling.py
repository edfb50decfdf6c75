"""A world in which everything is paid, booked and explained, and the ways to spoil it past hokctl.

Built on tests/world.py. The deployer may pay and deposit too, so that a payment takes one transaction. In the book:
A-1 (50 of model 21 and 10 of 22, paid through the Safe), A-2 (5 of 21, hashed by its document a2.pdf, paid by the
deployer), B-1 (20 of 21, open), B-2 (3 of 21 and 4 of 22, open), C-1 (7 of 21, void). Model 23 changed its split from
90 % to 75 % between two fees.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from eth_typing import ChecksumAddress
from eth_utils.crypto import keccak

from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.clients.mock_usdc import MockUsdc
from hokctl.domain.invoices import hash_number
from hokctl.domain.ports import JournalEntry, JournalState
from hokctl.domain.roles import DEPOSITOR_ROLE, PAYER_ROLE
from hokctl.domain.units import BlockRef, InvoiceHash, ModelId, TxHash, model_topic
from hokctl.ledger.book import Ledger
from tests.world import DEPLOYER, TOGETHER, USDC, Stage, World, isolate, receipt_of

SHARED: Final = "hokctl.db"
DOCUMENT: Final = "a2.pdf"
ANSWERS_ONE: Final = "0x600160005260206000f3"
"""Code that answers 1 to everything and does nothing."""


@contextmanager
def settled_stage(stage: Stage, home: Path) -> Iterator[Stage]:
    """Bring the world into the state described above, in a directory of its own; afterwards the chain is put back."""
    directory = home / "settled"
    shutil.copytree(stage.template, directory)
    built = stage.world
    snapshot = built.chain.request("evm_snapshot", [])
    world = World(url=built.url, directory=directory, chain=built.chain, deployment=built.deployment, safe=built.safe)
    try:
        with pytest.MonkeyPatch.context() as patch:
            isolate(directory, home, patch)
            _settle(world)
        yield Stage(world=world, template=directory)
    finally:
        built.chain.request("evm_revert", [snapshot])


@contextmanager
def afresh(stage: Stage, home: Path) -> Iterator[World]:
    """Return the settled world in a directory of the test's own; afterwards the chain is put back."""
    directory, built = home / "work", stage.world
    shutil.copytree(stage.template, directory)
    snapshot = built.chain.request("evm_snapshot", [])
    try:
        with pytest.MonkeyPatch.context() as patch:
            isolate(directory, home, patch)
            yield World(
                url=built.url, directory=directory, chain=built.chain, deployment=built.deployment, safe=built.safe
            )
    finally:
        built.chain.request("evm_revert", [snapshot])


def _settle(world: World) -> None:
    reserve, usdc = world.deployment.suite.reserve, MockUsdc(world.deployment.suite.usdc_address)
    for role in (PAYER_ROLE, DEPOSITOR_ROLE):
        world.send(reserve.grant_role(role, DEPLOYER, purpose="grant"), DEPLOYER)
    world.send(usdc.mint(DEPLOYER, 1_000 * USDC, purpose="mint"), DEPLOYER)
    world.send(usdc.approve(reserve.address, 1_000 * USDC, purpose="approve"), DEPLOYER)
    for model in ("21", "23"):
        world.ok("fee", "deposit", model, "100", "--signer", "backend", "-y")
    world.ok("split", "set", "23", "75%", "--signer", "deployer", "-y")
    world.ok("fee", "deposit", "23", "100", "--signer", "backend", "-y")
    Path(DOCUMENT).write_bytes(b"what together wants for May")
    enter(world, "A-1", ("21", "50"), ("22", "10"))
    enter(world, "A-2", ("21", "5"), options=("--document", DOCUMENT, "--hash", "document"))
    for number, *lines in (("B-1", ("21", "20")), ("B-2", ("21", "3"), ("22", "4")), ("C-1", ("21", "7"))):
        enter(world, number, *lines)
    world.ok("invoice", "void", "C-1")
    proposed = world.ok("invoice", "pay", "A-1", "--signer", "alice", "-y")["proposal"]["safe_tx_hash"]
    world.ok("safe", "sign", proposed, "--signer", "bob", "-y")
    world.ok("safe", "execute", proposed, "--signer", "carol", "-y")
    pay_by_hokctl(world, "A-2")
    sync(world)


def sync(world: World) -> None:
    """Bring the index up to the head."""
    world.ok("ledger", "sync")


def enter(world: World, number: str, *lines: tuple[str, str], options: tuple[str, ...] = ()) -> None:
    """Enter an invoice of together over (model, amount), by hokctl."""
    if len(lines) == 1:
        ((model, amount),) = lines
        who = () if "--provider" in options else ("--provider", "together")
        world.ok("invoice", "add", number, "--model", model, "--amount", amount, *who, *options)
        return
    text = f'number = "{number}"\nprovider = "together"\n'
    text += "".join(f'[[lines]]\nmodel = "{model}"\namount = "{amount}"\n' for model, amount in lines)
    Path("invoice.toml").write_text(text, encoding="utf-8")
    world.ok("invoice", "add", "--file", "invoice.toml", *options)


def pay_by_hokctl(world: World, number: str, *options: str) -> str:
    """Have the deployer's key pay an invoice, by hokctl; return the transaction."""
    data = world.ok("invoice", "pay", number, "--signer", "deployer", "--via", "direct", "-y", *options)
    return str(data["outcome"]["transactions"][0]["tx_hash"])


def pay(
    world: World,
    number: str,
    units: int,
    *,
    model: str = "21",
    payee: ChecksumAddress = TOGETHER,
    invoice_hash: str | None = None,
) -> str:
    """Have the deployer's key pay `units` for an invoice number, past hokctl; return the transaction."""
    payment = Payment(
        model_id=ModelId(model),
        payee=payee,
        amount_units=units,
        invoice_hash=InvoiceHash(invoice_hash or hash_number(number)),
    )
    return world.send(reserve_of(world).pay_infrastructure_cost(payment, purpose="pay"), DEPLOYER)


def reserve_of(world: World) -> InfrastructureReserve:
    """Return the reserve."""
    return world.deployment.suite.reserve


def write(statement: str, *values: object) -> None:
    """Write into the database of the working directory, past hokctl; something must change."""
    with closing(sqlite3.connect(SHARED)) as database, database:
        assert database.execute(statement, values).rowcount > 0, statement


def book_as_paid(number: str, tx_hash: str) -> None:
    """Mark an invoice as paid, past hokctl, without the facts of its lines."""
    write("UPDATE invoices SET state = 'paid', tx_hash = ? WHERE number = ?", tx_hash, number)


def note_payment(units: str, tx_hash: str, block: BlockRef) -> None:
    """Note on the line over `units` base units that the first event of a block paid it, past hokctl."""
    facts = "paid_tx_hash = ?, paid_block = ?, paid_log_index = 0, paid_at = ?"
    write(f"UPDATE invoice_lines SET {facts} WHERE units = ?", tx_hash, block.number, block.timestamp, units)  # noqa: S608 - the test's own words


def journal(tx_hash: str, state: JournalState, *, nonce: int = 10_000) -> None:
    """Record a transaction of the deployer in hokctl's journal."""
    with Ledger.open(f"sqlite:///{SHARED}") as ledger:
        ledger.journal.record(
            JournalEntry(
                chain_id=31337,
                tx_hash=TxHash(tx_hash),
                sender=DEPLOYER,
                nonce=nonce,
                purpose="a test",
                key="test",
                raw=b"\x02",
                state=state,
                created_at=1_700_000_000,
            )
        )


def fail_to_pay(world: World, sender: ChecksumAddress) -> str:
    """Have an account without the role try to pay; return the transaction, which failed."""
    payment = Payment(model_id=ModelId("21"), payee=sender, amount_units=1, invoice_hash=hash_number("B-1"))
    call = reserve_of(world).pay_infrastructure_cost(payment, purpose="pay")
    request = {"from": sender, "to": call.to, "data": "0x" + call.data.hex(), "gas": hex(1_000_000)}
    tx_hash = str(world.chain.request("eth_sendTransaction", [request]))
    assert receipt_of(world.chain, tx_hash)["status"] == "0x0"
    return tx_hash


@contextmanager
def rolled_back(world: World) -> Iterator[None]:
    """Undo what happens inside on the chain alone, which then goes another way for two blocks."""
    snapshot = world.chain.request("evm_snapshot", [])
    yield
    world.chain.request("evm_revert", [snapshot])
    world.mine(2, seconds=60)


@contextmanager
def replaced(world: World, address: ChecksumAddress) -> Iterator[None]:
    """Replace a contract's code by one that answers 1 to everything."""
    code = world.chain.request("eth_getCode", [address, "latest"])
    world.chain.request("anvil_setCode", [address, ANSWERS_ONE])
    yield
    world.chain.request("anvil_setCode", [address, code])


def day_of_head(world: World) -> str:
    """Return the day of UTC of the newest block."""
    return datetime.fromtimestamp(world.chain.at().block.timestamp, tz=UTC).date().isoformat()


def slot_of(world: World, address: ChecksumAddress, keys: tuple[str, ...], value: int, mask: int = 2**256 - 1) -> str:
    """Return the storage slot that holds `value`, of a mapping by `keys` or, without any, of a plain variable."""
    return slot_at(variable_of(world, address, keys, value, mask), keys)


def variable_of(
    world: World, address: ChecksumAddress, keys: tuple[str, ...], value: int, mask: int = 2**256 - 1
) -> int:
    """Return the number of the variable that holds `value` under `keys`; the first forty are looked at."""
    for number in range(40):
        if int(read_slot(world, address, slot_at(number, keys)), 16) & mask == value:
            return number
    pytest.fail(f"no variable of {address} holds {value}")


def slot_at(number: int, keys: tuple[str, ...]) -> str:
    """Return the storage slot of a variable, of a mapping the one under `keys`: words of 32 bytes or addresses."""
    slot = f"{number:064x}"
    for key in keys:
        slot = keccak(bytes.fromhex(key.removeprefix("0x").lower().rjust(64, "0") + slot)).hex()
    return "0x" + slot


def read_slot(world: World, address: ChecksumAddress, slot: str) -> str:
    """Return a storage slot."""
    return str(world.chain.request("eth_getStorageAt", [address, slot, "latest"]))


def write_slot(world: World, address: ChecksumAddress, slot: str, value: int) -> None:
    """Write a storage slot, past every contract."""
    world.chain.request("anvil_setStorageAt", [address, slot, f"0x{value:064x}"])


def key_of_model(model: str) -> str:
    """Return the key of a model's account in the reserve."""
    return model_topic(ModelId(model))
