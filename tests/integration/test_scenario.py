"""The scenario: a deployment in the middle of its life, on any fresh devnet, and never over the user's own files."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hokctl.chain.session import Chain
from hokctl.config.file_errors import FileWriteError, ForeignFileError
from hokctl.config.policy import read_policy
from hokctl.config.settings import load_settings
from hokctl.devnet.jobs import JobFailedError, expect
from hokctl.devnet.node import start_node
from hokctl.devnet.scenario import RemoteScenarioError, Scenario, build_scenario
from hokctl.devnet.scenario_files import ScenarioFiles
from hokctl.devnet.server import serve
from hokctl.devnet.story_books import Books
from hokctl.devnet.workplace import PEOPLE, SilentUi, UnknownPersonError, Workplace
from hokctl.domain.amounts import Token
from hokctl.domain.authority import SafeAuthority
from hokctl.domain.findings import Finding, Severity
from hokctl.domain.invoices import InvoiceState
from hokctl.domain.plans import Plan
from hokctl.domain.units import ZERO_ADDRESS, BlockRef
from hokctl.ledger.book import Ledger
from hokctl.safe.account import get_safe
from hokctl.services.deployments import open_deployment
from hokctl.services.models import read_reserve
from hokctl.services.proposals import Carried, CarryState
from hokctl.services.splits import read_splits
from hokctl.services.treasuries import read_treasury
from tests.world import ACCOUNTS, isolate

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Scenario, Chain]]:
    with serve(start_node(), port=0) as server:
        scenario = build_scenario(server.url, ScenarioFiles(tmp_path_factory.mktemp("scenario")))
        yield scenario, Chain.connect(server.url, network="devnet", chain_id=31337)


def test_three_models_have_splits_fees_and_providers(built: tuple[Scenario, Chain]) -> None:
    scenario, chain = built
    state = read_reserve(chain.at(), scenario.deployment)
    assert [(m.model_id, m.infrastructure_accrual_bps, m.accrued.display) for m in state.models] == [
        ("21", 8000, "800.00"),
        ("22", 7000, "350.00"),
        ("23", 9000, "0.00"),
    ]
    assert [model.provider for model in state.models] == [ACCOUNTS[5], ACCOUNTS[5], None]


def test_the_treasury_is_a_two_of_three_safe_that_governs(built: tuple[Scenario, Chain]) -> None:
    scenario, chain = built
    safe = get_safe(chain.at(), scenario.safe)
    assert (safe.threshold, safe.owners, safe.version) == (2, ACCOUNTS[1:4], "1.4.1")
    assert read_treasury(chain.at(), scenario.deployment).treasury == scenario.safe
    governors = [split.governors for split in read_splits(chain.at(), scenario.deployment, ())]
    assert [[type(one) is SafeAuthority for one in each] for each in governors] == [[True], [True], [False]]


def test_the_written_configuration_names_all_of_it(built: tuple[Scenario, Chain]) -> None:
    scenario, chain = built
    files = scenario.files
    settings = load_settings(files.config).settings
    network = settings.network(None)
    assert network.node_url() == chain.endpoint
    assert (network.safe, network.signer) == (scenario.safe, "alice")
    assert open_deployment(network).suite == scenario.deployment.suite
    assert set(settings.signers) == set(PEOPLE)
    assert settings.resolve_address("treasury", network) == scenario.safe
    assert network.policy is not None
    policy = read_policy(network.policy, lambda text: settings.resolve_address(text, network))
    assert policy.roles["InfrastructureReserve"]["PAYER_ROLE"] == (scenario.safe,)
    with Ledger.open(settings.ledger_url(network)) as ledger:
        assert [(one.number, one.state) for one in ledger.invoices.list()] == [
            (number, InvoiceState.OPEN) for number in scenario.invoices
        ]


def test_the_policy_names_exactly_the_holders_that_the_chain_has(built: tuple[Scenario, Chain]) -> None:
    from hokctl.domain import roles
    from hokctl.routes.resolve import find_role_holders

    scenario, chain = built
    settings = load_settings(scenario.files.config).settings
    network = settings.network(None)
    policy = read_policy(scenario.files.policy, lambda text: settings.resolve_address(text, network))
    suite = scenario.deployment.suite
    contracts = {
        "InfrastructureReserve": (suite.reserve_address, ("DEFAULT_ADMIN_ROLE", "PAYER_ROLE", "PAUSER_ROLE")),
        "UsageFeeRouter": (suite.router_address, ("DEFAULT_ADMIN_ROLE", "FEE_DEPOSITOR_ROLE")),
    }
    for name, (address, known) in contracts.items():
        for role in known:
            found = find_role_holders(chain.at(), getattr(roles, role), [address], from_block=0)[address]
            assert {holder.address for holder in found} == set(policy.roles[name][role]), (name, role)
    assert policy.roles["TokenManager"]["owner"] == (chain.at().get(suite.token_manager.owner()),)


def test_a_new_devnet_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    files = ScenarioFiles(tmp_path)
    seen = []
    for _ in range(2):
        with serve(start_node(), port=0) as server:
            build_scenario(server.url, files)
            seen.append(server.url)
            (files.proposals / "31337").mkdir(parents=True)
    assert load_settings(files.config).settings.network(None).node_url() == seen[1]
    files.claim()
    assert sorted(path.name for path in files.folder.iterdir()) == ["deployment.toml", "policy.toml"]


@pytest.mark.parametrize("name", ["config", "spec", "policy"])
def test_a_file_that_was_edited_is_left_alone(tmp_path: Path, name: str) -> None:
    files = ScenarioFiles(tmp_path)
    files.write_inputs()
    files.manifest.write_text("{}")
    edited: Path = getattr(files, name)
    edited.write_text("# mine\n")
    with pytest.raises(ForeignFileError, match=edited.name):
        files.claim()
    assert edited.read_text() == "# mine\n"
    assert files.manifest.exists()


def test_a_folder_of_the_users_own_is_left_alone(tmp_path: Path) -> None:
    files = ScenarioFiles(tmp_path)
    files.folder.mkdir()
    files.ledger.write_text("my own books")
    with pytest.raises(ForeignFileError, match=r"hokctl\.db"):
        files.claim()
    assert files.ledger.read_text() == "my own books"


def test_what_is_no_text_is_not_hokctls(tmp_path: Path) -> None:
    files = ScenarioFiles(tmp_path)
    files.config.mkdir()
    with pytest.raises(ForeignFileError):
        files.claim()


def test_remains_that_cannot_be_removed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = ScenarioFiles(tmp_path)
    files.write_inputs()
    files.manifest.write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(FileWriteError, match="permission is denied"):
        files.claim()


def test_the_scenario_stays_on_this_machine(tmp_path: Path) -> None:
    with pytest.raises(RemoteScenarioError, match=r"192\.0\.2\.1"):
        build_scenario("http://192.0.2.1:8545", ScenarioFiles(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_people_are_known_by_name_and_address(
    built: tuple[Scenario, Chain], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(tmp_path, tmp_path, monkeypatch)
    _, chain = built
    with Ledger.open("sqlite://") as ledger:
        place = Workplace.open(
            chain.transport, ledger, manifest=tmp_path / "m", proposals=tmp_path / "p", clock=lambda: 0
        )
    assert place.resolve("alice") == place.resolve(ACCOUNTS[1]) == ACCOUNTS[1]
    assert (place.name_of(ACCOUNTS[5]), place.name_of(ZERO_ADDRESS)) == ("together-ai", None)
    with pytest.raises(UnknownPersonError, match="zoe"):
        place.resolve("zoe")
    with pytest.raises(UnknownPersonError):
        SilentUi().ask_secret("password")


def test_a_job_that_ends_otherwise_says_why() -> None:
    plan = Plan(
        title="Pay",
        network="devnet",
        chain_id=31337,
        block=BlockRef(number=1, hash="0x" + "00" * 32, timestamp=0),
        calls=(),
        after=(),
        moves_funds=False,
        config_source=None,
    )
    finding = Finding(code="x", severity=Severity.ERROR, subject="s", message="It is paused.", remedy="Wait.")
    carried = Carried(state=CarryState.REFUSED, plan=plan, findings=(finding,))
    with pytest.raises(JobFailedError, match=r"'Pay' ended as refused, not as done: It is paused\."):
        expect(carried, CarryState.DONE)
    assert expect(carried, CarryState.REFUSED) is carried


@pytest.mark.parametrize(
    "name",
    ["fees", "infrastructure", "profit", "accrued", "paid", "withdrawn", "reserve", "provider", "treasury", "booked"],
)
def test_books_balance_only_to_the_last_unit(name: str) -> None:
    token = Token(chain_id=31337, address=ACCOUNTS[0], decimals=6, symbol="USDC")
    units = {
        "fees": 200,
        "infrastructure": 150,
        "profit": 50,
        "accrued": 100,
        "paid": 50,
        "withdrawn": 100,
        "reserve": 0,
        "provider": 50,
        "treasury": 100,
        "booked": 50,
    }
    books = Books(**{key: token.amount(value) for key, value in units.items()})
    assert books.balanced
    assert not replace(books, **{name: token.amount(units[name] + 1)}).balanced
