"""The table of bad input in docs/exit-codes.md, walked line by line: each case as a user would run it.

A line's `Given` names what is arranged beforehand, by a function of this module.
"""

import json
import re
import shlex
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import ANY

import pytest

from hokctl.clients.infrastructure_reserve import InfrastructureReserve, Payment
from hokctl.domain.findings import Severity
from hokctl.domain.invoices import hash_number
from hokctl.domain.roles import role_id
from hokctl.domain.units import ZERO_HASH, ModelId
from tests.world import DEPLOYER, TOGETHER, USDC, Ran, World, write_spec

pytestmark = pytest.mark.cli

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "exit-codes.md"
PLANTED: Final = "s3cr3t-key-in-the-url"
STATUS_OF_EXIT: Final = {6: "refused", 8: "pending"}
SENTENCE: Final = re.compile(r"[^\n]*[^\s.]\.")
NEXT_SENTENCE: Final = re.compile(r"[a-z0-9)]\. [A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the table."""

    title: str
    given: str
    argv: tuple[str, ...]
    exit_code: int
    code: str


def read_cases() -> list[Case]:
    """Return the lines of the last table in the document."""
    table = DOCUMENT.read_text(encoding="utf-8").partition("| What is wrong |")[2]
    cases = []
    for line in table.splitlines()[2:]:
        title, given, command, exit_code, code = (cell.strip() for cell in line.strip().strip("|").split("|"))
        program, *argv = shlex.split(command.strip("`"))
        assert program == "hokctl", line
        cases.append(Case(title=title, given=given, argv=tuple(argv), exit_code=int(exit_code), code=code.strip("`")))
    return cases


CASES: Final = read_cases()


def edit_config(world: World, change: Callable[[str], str]) -> None:
    path = world.directory / "hokctl.toml"
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def edit_manifest(world: World, **values: object) -> None:
    path = world.directory / "deployments" / "devnet.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **values}), encoding="utf-8")


def a_reserve_without_code(world: World) -> None:
    manifest = json.loads((world.directory / "deployments" / "devnet.json").read_text(encoding="utf-8"))
    empty = "0x00000000000000000000000000000000DeaDBeef"
    edit_manifest(world, contracts={**manifest["contracts"], "InfrastructureReserve": empty})


def no_manifest(world: World) -> None:
    (world.directory / "deployments" / "devnet.json").unlink()


def an_invoice_of(amount: str) -> Callable[[World], None]:
    return lambda world: world.ok("invoice", "add", "INV-1", "--model", "21", "--amount", amount)


def an_invoice_whose_hash_is_zero(world: World) -> None:
    an_invoice_of("50")(world)
    with closing(sqlite3.connect(world.directory / "hokctl.db")) as book, book:
        book.execute("UPDATE invoices SET invoice_hash = ?", (ZERO_HASH,))


def an_invoice_that_is_proposed(world: World) -> None:
    an_invoice_of("50")(world)
    world.ok("invoice", "pay", "INV-1", "--signer", "alice", "--yes")


def an_invoice_that_the_chain_has_paid(world: World) -> None:
    an_invoice_of("50")(world)
    reserve: InfrastructureReserve = world.deployment.suite.reserve
    payment = Payment(model_id=ModelId("21"), payee=TOGETHER, amount_units=50 * USDC, invoice_hash=hash_number("INV-1"))
    world.send(reserve.grant_role(role_id("PAYER_ROLE"), DEPLOYER, purpose="by hand"), DEPLOYER)
    world.send(reserve.pay_infrastructure_cost(payment, purpose="by hand"), DEPLOYER)


def a_file_with(rows: str) -> Callable[[World], None]:
    """Return what writes rows.csv, with a sound invoice first."""
    text = f"number,provider,model,amount\nINV-1,together,21,50\n{rows}\n"

    def arrange(world: World) -> None:
        (world.directory / "rows.csv").write_text(text, encoding="utf-8")

    return arrange


def a_file_with_semicolons(world: World) -> None:
    (world.directory / "rows.csv").write_text("number;provider;model;amount\n", encoding="utf-8")


def a_proposal(world: World) -> None:
    world.ok("split", "set", "21", "70%", "--signer", "alice", "--yes")


def a_batch_for_another_chain(world: World) -> None:
    write_batch(world, chain_id="1")


def a_batch_with_a_wrong_checksum(world: World) -> None:
    write_batch(world, checksum="0x" + "11" * 32)


def write_batch(world: World, *, chain_id: str = "31337", checksum: str | None = None) -> None:
    """Write a Transaction Builder file with one call that does nothing."""
    meta = {"name": "nothing", "createdFromSafeAddress": world.safe}
    if checksum is not None:
        meta["checksum"] = checksum
    call = {"to": world.safe, "value": "0", "data": "0x"}
    batch = {"version": "1.0", "chainId": chain_id, "meta": meta, "transactions": [call]}
    (world.directory / "batch.json").write_text(json.dumps(batch), encoding="utf-8")


def a_node_of_another_chain(world: World) -> None:
    world.write_config(chain_id=31338)
    edit_manifest(world, chain_id=31338)


def a_manifest_of_another_chain(world: World) -> None:
    edit_manifest(world, chain_id=31338)


def a_node_that_is_down(world: World) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    world.write_config(rpc_url=f"http://{PLANTED}:{PLANTED}@127.0.0.1:{port}/v2/{PLANTED}?apikey={PLANTED}")


def a_keystore_with_a_wrong_password(world: World) -> None:
    from eth_account import Account

    path = world.directory / "keeper.json"
    # Account 1 of the test mnemonic.
    key = bytes.fromhex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
    path.write_text(json.dumps(Account.encrypt(key, "right", kdf="pbkdf2", iterations=1)), encoding="utf-8")
    signer = '\n[signers.keeper]\nkind = "keystore"\npath = "keeper.json"\npassword_env = "KEEPER_PASSWORD"\n'
    edit_config(world, lambda text: text + signer)


def a_misspelt_key(world: World) -> None:
    edit_config(world, lambda text: text.replace("rpc_url =", "rpc_ulr ="))


def a_manifest_on_a_full_disk(world: World) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (world.directory / "deployments" / "devnet.json").unlink()
    (world.directory / "deployments" / "devnet.json").symlink_to("/dev/full")


def a_specification_for_mainnet(world: World) -> None:
    write_spec(world.directory, networks=["mainnet"])


def a_specification_with_a_curve_of_nothing(world: World) -> None:
    write_spec(world.directory, factory_defaults={"crr_ppm": 0})


def a_specification_with_another_split(world: World) -> None:
    spec = world.directory / "spec.toml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("80%", "75%"), encoding="utf-8")


def a_specification_by(admin: str) -> Callable[[World], None]:
    """Return what has the specification name `admin` as the administrator."""

    def arrange(world: World) -> None:
        write_spec(world.directory, admin=admin)

    return arrange


def a_foreign_manifest(chain_id: str, write: Callable[[str], str] = str) -> Callable[[World], None]:
    """Return what has a manifest of another tool, with its addresses written by `write`."""

    def arrange(world: World) -> None:
        contracts = {"UsageFeeRouter": write(world.deployment.suite.router_address)}
        document = {"network": "devnet", "chainId": chain_id, "contracts": contracts}
        (world.directory / "given.json").write_text(json.dumps(document), encoding="utf-8")

    return arrange


GIVEN: Final[dict[str, Callable[[World], None]]] = {
    "a specification whose administrator is mallory": a_specification_by("mallory"),
    "a specification whose administrator is deployer": a_specification_by("deployer"),
    "no manifest": no_manifest,
    "a foreign manifest of another chain": a_foreign_manifest("1"),
    "a foreign manifest in small letters": a_foreign_manifest("31337", str.lower),
    "": lambda _: None,
    "a reserve without code": a_reserve_without_code,
    "an invoice of 50 USDC": an_invoice_of("50"),
    "a file with a wrong amount": a_file_with("INV-2,together,21,1e3"),
    "a file with semicolons": a_file_with_semicolons,
    "an invoice of 800.000001 USDC": an_invoice_of("800.000001"),
    "an invoice whose hash is zero": an_invoice_whose_hash_is_zero,
    "an invoice that is proposed": an_invoice_that_is_proposed,
    "an invoice that the chain has paid": an_invoice_that_the_chain_has_paid,
    "a proposal": a_proposal,
    "a batch for another chain": a_batch_for_another_chain,
    "a batch with a wrong checksum": a_batch_with_a_wrong_checksum,
    "a node of another chain": a_node_of_another_chain,
    "a manifest of another chain": a_manifest_of_another_chain,
    "a node that is down": a_node_that_is_down,
    "a keystore with a wrong password": a_keystore_with_a_wrong_password,
    "a misspelt key": a_misspelt_key,
    "a manifest on a full disk": a_manifest_on_a_full_disk,
    "a specification for mainnet": a_specification_for_mainnet,
    "a specification with a curve of nothing": a_specification_with_a_curve_of_nothing,
    "a specification with another split": a_specification_with_another_split,
}


def state_of(world: World) -> dict[str, Any]:
    """Return all that must not change: the chain's height and pool, every file, and the book's invoices."""
    root = world.directory
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith("hokctl.db")
    }
    return {"block": world.chain.request("eth_blockNumber", []), "files": files, "book": book_of(root / "hokctl.db")}


def book_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of invoices and journal; an absent book is an empty one."""
    if not path.exists():
        return {"invoices": [], "invoice_lines": [], "journal": []}
    with closing(sqlite3.connect(path)) as book:
        return {
            table: book.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - the names stand here
            for table in ("invoices", "invoice_lines", "journal")
        }


def expect_sentence(text: str) -> None:
    """One sentence on one line, ended by a full stop."""
    assert SENTENCE.fullmatch(text), text
    assert not NEXT_SENTENCE.search(text), text


def expect_clear_json(case: Case, ran: Ran) -> None:
    document = ran.json
    assert document["exit_code"] == case.exit_code
    assert document["status"] == STATUS_OF_EXIT.get(case.exit_code, "error")
    blocking = [finding for finding in document["findings"] if finding["severity"] == Severity.ERROR]
    told = [*document["errors"], *blocking]
    assert case.code in {one["code"] for one in told}
    for one in told:
        expect_sentence(one["message"])
        assert one.get("hint") or one.get("remedy")


def expect_clear_text(case: Case, ran: Ran) -> None:
    if ran.stdout:
        assert f"[{case.code}]" in ran.stdout
        assert "nothing was sent" in ran.stdout
        return
    message, hint = ran.stderr.strip().splitlines()[-2:]
    assert message.startswith("Error: ")
    expect_sentence(message.removeprefix("Error: "))
    assert hint.startswith("Hint: ")


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_bad_input_is_told_clearly_and_changes_nothing(
    world: World, case: Case, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPER_PASSWORD", "wrong")
    GIVEN[case.given](world)
    before = state_of(world)
    if case.code == "invoice-already-paid":
        # The one thing that may be learnt from bad input; see the last test.
        before["book"]["invoices"] = before["book"]["invoice_lines"] = ANY
    proposals = [path.name.partition("-")[2] for path in world.directory.glob("proposals/*/*/*")]
    argv = [proposals[0] if word == "PROPOSAL" else word for word in case.argv]
    ran = world.run(*argv, "-o", output)
    assert ran.exit_code == case.exit_code, ran.stdout + ran.stderr
    if output == "json":
        expect_clear_json(case, ran)
    else:
        expect_clear_text(case, ran)
    assert PLANTED not in ran.stdout + ran.stderr
    assert state_of(world) == before


def test_every_arrangement_is_used_and_no_case_stands_twice() -> None:
    assert {case.given for case in CASES} == set(GIVEN)
    assert len({case.title for case in CASES}) == len(CASES)


def test_an_invoice_that_the_chain_has_paid_is_marked_as_paid(world: World) -> None:
    an_invoice_that_the_chain_has_paid(world)
    assert world.run("invoice", "pay", "INV-1", "--signer", "alice", "--yes").exit_code == 6
    assert world.ok("invoice", "show", "INV-1")["invoice"]["state"] == "paid"
