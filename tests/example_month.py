"""The month of examples/month on an embedded chain: built once by the commands that its README walks.

    def test_something(month: Month) -> None:
        month.ok("invoice", "pay", "--due", "--dry-run")

Who is who is as `hokctl devnet --scenario` writes it. Each test gets the same state afresh: twelve models with their
fees deposited, a hundred invoices in the book, and nothing proposed.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hokctl.chain.session import Chain
from hokctl.devnet.node import start_node
from hokctl.devnet.scenario import Scenario, build_scenario
from hokctl.devnet.scenario_files import ScenarioFiles
from hokctl.devnet.server import serve
from tests.world import Ran, isolate, run_hokctl

EXAMPLE = Path(__file__).parents[1] / "examples" / "month"


@dataclass(frozen=True, kw_only=True)
class Month:
    """The month's deployment, and a working directory that names it."""

    url: str
    directory: Path
    chain: Chain
    scenario: Scenario

    def run(self, *argv: str) -> Ran:
        """Run hokctl in this process, in the working directory."""
        return run_hokctl(*argv)

    def ok(self, *argv: str) -> Any:  # noqa: ANN401 - a test says what it expects
        """Run hokctl with JSON output, expect success, and return the data."""
        ran = self.run(*argv, "-o", "json")
        assert ran.exit_code == 0, ran.stdout + ran.stderr
        return ran.data

    def codes(self, *argv: str) -> tuple[int, list[str]]:
        """Run hokctl with JSON output; return its exit code, and the codes of what it found, each once."""
        document = self.run(*argv, "-o", "json").json
        found = [item["code"] for item in (*document["findings"], *document["errors"])]
        return document["exit_code"], list(dict.fromkeys(found))

    def confirm_and_execute(self, safe_tx_hash: str) -> Any:  # noqa: ANN401 - JSON
        """Have bob confirm, and dave execute; return the one transaction."""
        self.ok("safe", "sign", safe_tx_hash, "--signer", "bob", "-y")
        (transaction,) = self.ok("safe", "execute", safe_tx_hash, "--signer", "dave", "-y")["outcome"]["transactions"]
        return transaction

    def aim(self, url: str) -> None:
        """Have hokctl speak to the node at `url`, such as a proxy before it."""
        config = self.directory / "hokctl.toml"
        config.write_text(config.read_text(encoding="utf-8").replace(self.url, url), encoding="utf-8")


@pytest.fixture(scope="session")
def built_month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Build it once, by the commands of the example's README."""
    directory = tmp_path_factory.mktemp("month") / "work"
    directory.mkdir()
    with serve(start_node(), port=0) as server, pytest.MonkeyPatch.context() as patch:
        scenario = build_scenario(server.url, ScenarioFiles(directory))
        shutil.copytree(EXAMPLE, directory / "month")
        config = directory / "hokctl.toml"
        text = config.read_text(encoding="utf-8").replace("hokctl-devnet/policy.toml", "month/policy.toml")
        config.write_text(text, encoding="utf-8")
        isolate(directory, directory.parent, patch)
        chain = Chain.connect(server.url, network="devnet", chain_id=31337)
        month = Month(url=server.url, directory=directory, chain=chain, scenario=scenario)
        month.ok("deploy", "apply", "--spec", "month/deployment.toml", "--signer", "deployer", "-y")
        month.ok("fee", "deposit", "--file", "month/fees.csv", "--signer", "backend", "-y")
        month.ok("invoice", "import", "month/invoices.csv")
        patch.undo()
        yield month


@pytest.fixture
def month(built_month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    """Return the month as it was built, in a directory of the test's own; afterwards the chain is put back."""
    directory = tmp_path / "work"
    shutil.copytree(built_month.directory, directory)
    isolate(directory, tmp_path, monkeypatch)
    snapshot = built_month.chain.request("evm_snapshot", [])
    try:
        yield Month(url=built_month.url, directory=directory, chain=built_month.chain, scenario=built_month.scenario)
    finally:
        built_month.chain.request("evm_revert", [snapshot])


def lines_of(data: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return every line of the invoices in a command's data, with its invoice's state."""
    return [{**line, "state": invoice["state"]} for invoice in data["invoices"] for line in invoice["lines"]]


def receipt(month: Month, tx_hash: str) -> dict[str, Any]:
    """Return the receipt as the node answers."""
    answer = month.chain.request("eth_getTransactionReceipt", [tx_hash])
    assert isinstance(answer, dict), json.dumps(answer)
    return dict(answer)
