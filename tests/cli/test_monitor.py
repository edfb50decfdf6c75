"""hokctl monitor: what happens on a real chain becomes alerts, and reaches a real server once each."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hokctl.clients.infrastructure_reserve import Payment
from hokctl.domain.roles import FEE_DEPOSITOR_ROLE, PAYER_ROLE
from hokctl.domain.units import InvoiceHash, ModelId
from hokctl.routes.survey import ROLE_GRANTED_TOPIC
from tests.authorities import Handed
from tests.counting import counting_proxy
from tests.versions import Shaped
from tests.webhooks import Receiver, receiving
from tests.world import BACKEND, DEPLOYER, MALLORY, TOGETHER, USDC, Ran, World

pytestmark = pytest.mark.cli

MOST_ROUND_TRIPS = 18
"""Two of them only where blocks are not certain at once."""
ROUND = (sys.executable, "-m", "hokctl", "monitor", "check", "--notify")


class Clock:
    """The clock of this machine, which a test puts forward."""

    def __init__(self) -> None:
        """Start with the right time."""
        self.ahead = 0

    def forward(self, seconds: int) -> None:
        """Let time pass."""
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that hokctl reads in place of the machine's."""
    made, real = Clock(), time.time
    monkeypatch.setattr("hokctl.runtime.time.time", lambda: real() + made.ahead)
    return made


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook that the environment names."""
    with receiving() as found:
        monkeypatch.setenv("HOKCTL_ALERT_URLS", found.url)
        yield found


@pytest.fixture
def calm(world: World) -> World:
    """The world with declared burns and every provider set, so that nothing stands; one round has taken place.

    The deployer may pay, so that payments need no Safe.
    """
    reserve = world.deployment.suite.reserve
    world.send(reserve.set_provider(ModelId("23"), TOGETHER, purpose="-"), DEPLOYER)
    world.send(reserve.grant_role(PAYER_ROLE, DEPLOYER, purpose="-"), DEPLOYER)
    add(world, '[models."21"]\ndaily_burn = "20"\n[models."22"]\ndaily_burn = "10"\n')
    assert check(world).exit_code == 0
    return world


def add(world: World, text: str) -> None:
    """Add to the configuration."""
    with (world.directory / "hokctl.toml").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{text}")


def check(world: World, *options: str) -> Ran:
    """Go through one round; whatever it says holds no secret of the targets."""
    ran = world.run("monitor", "check", "-o", "json", "--debug", *options)
    assert "s3cret" not in ran.stdout + ran.stderr
    return ran


def codes(ran: Ran) -> set[str]:
    return {finding["code"] for finding in ran.json["findings"]}


def pay(world: World, model: str, units: int, number: int = 1) -> None:
    """Pay from the reserve past hokctl, as somebody who was given the role."""
    payment = Payment(
        model_id=ModelId(model),
        payee=TOGETHER,
        amount_units=units,
        invoice_hash=InvoiceHash(f"0x{number:064x}"),
        memo="",
    )
    world.send(world.deployment.suite.reserve.pay_infrastructure_cost(payment, purpose="-"), DEPLOYER)


def test_nothing_stands_where_nothing_is_wrong(calm: World) -> None:
    ran = check(calm)
    assert (ran.exit_code, ran.json["findings"], ran.data["alerts"]) == (0, [], [])
    assert ran.data["reserve"]["balance"]["display"] == "1150.00"
    assert calm.run("monitor", "check").stdout.splitlines()[-1] == "No alert stands."


def test_the_runbook_of_a_rule_is_printed_and_the_rules_are_listed(calm: World) -> None:
    assert calm.run("monitor", "runbook", "low-runway").stdout.startswith("# A model runs out of money\n")
    listed = calm.run("monitor", "runbook", "-o", "json").data["rules"]
    assert {"rule": "insolvency", "page": "insolvency"}.items() <= {one["rule"]: one for one in listed}[
        "insolvency"
    ].items()


def test_each_thing_that_happens_is_told_once_with_its_runbook(calm: World, receiver: Receiver) -> None:
    suite = calm.deployment.suite
    params = suite.params_at(calm.chain.at().get(suite.token_manager.get_params_address(ModelId("23"))))
    pay(calm, "22", 176 * USDC)
    pay(calm, "21", 400 * USDC, 2)
    calm.send(suite.reserve.set_provider(ModelId("22"), MALLORY, purpose="-"), DEPLOYER)
    calm.send(params.set_infrastructure_accrual_bps(7_500, purpose="-"), DEPLOYER)
    calm.send(suite.router.grant_role(FEE_DEPOSITOR_ROLE, MALLORY, purpose="-"), DEPLOYER)
    calm.send(suite.router.revoke_role(FEE_DEPOSITOR_ROLE, BACKEND, purpose="-"), DEPLOYER)
    calm.send(suite.reserve.emergency_withdraw(100 * USDC, purpose="-"), DEPLOYER)
    calm.send(suite.reserve.set_treasury(MALLORY, purpose="-"), DEPLOYER)
    calm.send(suite.factory.pause_pool(ModelId("21"), purpose="-"), DEPLOYER)
    calm.send(suite.registry.transfer_ownership(MALLORY, purpose="-"), DEPLOYER)
    ran = check(calm, "--notify")
    told = {
        "large-payment",
        "provider-change",
        "split-change",
        "role-granted",
        "role-revoked",
        "emergency-withdrawal",
        "insolvency",
        "treasury-change",
        "paused",
        "ownership-change",
    }
    assert (ran.exit_code, codes(ran)) == (5, told)
    large = [one for one in ran.data["alerts"] if one["rule"] == "large-payment"]
    assert [(one["subject"], one["severity"]) for one in large] == [("22", "high")]
    assert large[0]["message"] == "176.00 USDC were paid for model 22, which had 350.00 USDC accrued."
    assert len(receiver.messages) == len(told)
    by_rule = {
        title.split(": ")[1].split()[0]: message
        for title, message in zip(receiver.titles, receiver.messages, strict=True)
    }
    assert set(by_rule) == told
    assert by_rule["insolvency"]["type"] == "failure"
    assert "runbook: hokctl monitor runbook insolvency" in by_rule["insolvency"]["message"]
    receiver.clear()
    again = check(calm, "--notify")
    assert (again.exit_code, codes(again), receiver.messages) == (5, told, [])


def test_a_state_is_told_again_only_after_a_while_and_once_when_it_is_over(
    world: World, receiver: Receiver, clock: Clock
) -> None:
    add(world, '[models."21"]\ndaily_burn = "400"\n[models."22"]\ndaily_burn = "1"\n')
    assert codes(check(world, "--notify")) == {"critical-runway", "no-provider"}
    assert sorted(receiver.titles) == [
        "critical: critical-runway (21) on devnet",
        "medium: no-provider (23) on devnet",
    ]
    receiver.clear()
    clock.forward(23 * 3_600)
    check(world, "--notify")
    assert receiver.messages == []
    clock.forward(2 * 3_600)
    check(world, "--notify")
    assert all(title.startswith("still ") for title in receiver.titles)
    assert len(receiver.titles) == 2
    receiver.clear()
    path = world.directory / "hokctl.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"400"', '"130"'), encoding="utf-8")
    assert codes(check(world, "--notify")) == {"low-runway", "no-provider"}
    assert receiver.messages == []
    path.write_text(path.read_text(encoding="utf-8").replace('"130"', '"1"'), encoding="utf-8")
    assert codes(check(world, "--notify")) == {"no-provider"}
    assert receiver.titles == ["recovered: high: low-runway (21) on devnet"]
    receiver.clear()
    check(world, "--notify")
    assert receiver.messages == []


def test_a_short_runway_is_over_when_its_burn_says_so_and_not_when_nobody_knows_it(
    calm: World, receiver: Receiver
) -> None:
    path = calm.directory / "hokctl.toml"
    calm_text = path.read_text(encoding="utf-8")
    burn = '[models."22"]\ndaily_burn = "10"\n'
    told = []
    for text in ('[models."22"]\ndaily_burn = "300"\n', "", "", burn):
        path.write_text(calm_text.replace(burn, text), encoding="utf-8")
        told.append(codes(check(calm, "--notify")))
    assert told == [{"critical-runway"}, *[{"critical-runway", "runway-unknown"}] * 2, set()]
    recovered = "recovered: critical: critical-runway (22) on devnet"
    assert [title for title in receiver.titles if "critical-runway" in title] == [
        recovered.partition(": ")[2],
        recovered,
    ]


def test_a_target_that_fails_stops_no_other_and_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as good, receiving() as bad:
        bad.refusing = True
        targets = world.directory / "alerts.toml"
        targets.write_text(
            f'[targets.bad]\nurl = "{bad.url}"\n[targets.good]\nurl = "{good.url}"\n'
            f'[targets.pager]\nurl = "{good.url}"\nminimum = "critical"\n',
            encoding="utf-8",
        )
        targets.chmod(0o600)
        add(world, '[monitor]\ntargets = "alerts.toml"\n')
        monkeypatch.setenv("HOKCTL_CONFIG", str(world.directory / "hokctl.toml"))
        ran = check(world, "--notify")
        missed = [one for one in ran.json["findings"] if one["code"] == "alert-undelivered"]
        assert (ran.exit_code, [one["subject"] for one in missed]) == (5, ["bad"])
        assert good.titles == ["medium: no-provider (23) on devnet"]
        bad.refusing = False
        assert "alert-undelivered" not in codes(check(world, "--notify"))
        assert (bad.titles, good.titles) == (["medium: no-provider (23) on devnet"],) * 2
        tested = world.run("monitor", "check", "--test-alert")
        assert (tested.exit_code, tested.stdout.splitlines()) == (
            0,
            ["bad (json): sent", "good (json): sent", "pager (json): sent"],
        )
        targets.chmod(0o644)
        assert check(world, "--notify").json["errors"][0]["code"] == "private-file"


def test_a_round_that_dies_between_sending_and_noting_it_sends_the_same_again(
    world: World, receiver: Receiver, clock: Clock
) -> None:
    process = subprocess.Popen(ROUND, stdout=subprocess.DEVNULL)
    receiver.on_message = lambda: os.kill(process.pid, signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    receiver.on_message = lambda: None
    (first,) = receiver.messages
    check(world, "--notify")
    assert len(receiver.messages) == 1
    clock.forward(301)
    check(world, "--notify")
    assert [one["message"] for one in receiver.messages] == [first["message"]] * 2
    check(world, "--notify")
    assert len(receiver.messages) == 2


def test_two_monitors_at_one_book_tell_each_thing_once(calm: World, receiver: Receiver) -> None:
    for number in range(4):
        calm.send(
            calm.deployment.suite.reserve.set_provider(ModelId("22"), calm.accounts[number], purpose="-"), DEPLOYER
        )
    processes = [subprocess.Popen(ROUND, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [5, 5]
    assert len(receiver.titles) == 4
    assert len({message["message"] for message in receiver.messages}) == 4


def test_what_happened_while_nobody_looked_is_found_by_the_next_round(calm: World) -> None:
    calm.send(calm.deployment.suite.reserve.pause(purpose="-"), DEPLOYER)
    calm.mine(3, seconds=7_200)
    ran = check(calm)
    assert codes(ran) == {"paused", "paused-too-long"}
    calm.send(calm.deployment.suite.reserve.unpause(purpose="-"), DEPLOYER)
    assert codes(check(calm)) == {"paused", "unpaused"}
    calm.mine(1, seconds=90_000)
    assert check(calm).exit_code == 0


def test_a_node_that_is_gone_is_told_too_and_ends_with_4(world: World, receiver: Receiver) -> None:
    url = world.url
    world.write_config(rpc_url="http://127.0.0.1:9")
    ran = check(world, "--notify")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (4, "node-unreachable")
    assert receiver.titles == ["critical: node-unreachable (node) on devnet"]
    check(world, "--notify")
    assert len(receiver.titles) == 1
    world.write_config(rpc_url=url)
    check(world, "--notify")
    assert "recovered: critical: node-unreachable (node) on devnet" in receiver.titles


def test_a_book_that_cannot_be_used_is_told_and_stops_no_look(calm: World, receiver: Receiver) -> None:
    (calm.directory / "hokctl.db").write_text("no database", encoding="utf-8")
    ran = check(calm, "--notify")
    assert (ran.exit_code, codes(ran)) == (5, {"ledger-unreachable"})
    assert len(receiver.titles) == 1


def test_a_look_at_the_past_keeps_nothing(calm: World) -> None:
    before = calm.chain.at().block.number
    calm.send(calm.deployment.suite.reserve.pause(purpose="-"), DEPLOYER)
    assert codes(check(calm, "--block", str(before))) == set()
    assert codes(check(calm)) == {"paused"}
    assert check(calm, "--block", str(before), "--notify").exit_code == 2
    assert check(calm, "--notify").json["errors"][0]["code"] == "no-alert-targets"


def test_a_round_takes_few_round_trips(calm: World) -> None:
    with counting_proxy(calm.url) as proxy:
        path = calm.directory / "hokctl.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(calm.url, proxy.url), encoding="utf-8")
        check(calm)
        assert proxy.round_trips <= MOST_ROUND_TRIPS


def test_all_versions_are_watched(shaped: Shaped) -> None:
    world = shaped.world
    assert codes(check(world)) - {"no-provider", "runway-unknown"} == set()
    shaped.change("provider", "set", shaped.first, "mallory", signer="deployer" if shaped.kind == "suite" else "alice")
    assert "provider-change" in codes(check(world))


def test_what_waits_with_a_safe_and_a_timelock_is_told_until_it_is_done(live: Shaped) -> None:
    world, hour = live.world, 3_600
    handed = Handed(world=world, kind="safe", holder=live.safe)
    data = live.ok("provider", "set", live.first, "mallory", "--signer", "alice", "-y")
    waits = {"proposal-waiting", "operation-ready", "operation-overdue", "operation-unknown"}
    assert codes(check(world)) & waits == set()
    world.mine(seconds=25 * hour)
    assert codes(check(world)) & waits == {"proposal-waiting"}
    handed.execute_safe_tx(data)
    assert codes(check(world)) & waits == set()
    folder = world.directory / "proposals"
    folder.rename(world.directory / "elsewhere")
    assert codes(check(world)) & waits == {"operation-unknown"}
    (world.directory / "elsewhere").rename(folder)
    world.mine(seconds=49 * hour)
    assert codes(check(world)) & waits == {"operation-ready"}
    world.mine(seconds=25 * hour)
    assert codes(check(world)) & waits == {"operation-overdue"}
    ready = live.ok("timelock", "execute", data["operation"]["id"], "--signer", "alice", "-y")
    handed.execute_safe_tx(ready)
    found = codes(check(world))
    assert (found & waits, "provider-change" in found) == (set(), True)


def test_changes_of_the_safe_itself_are_told(calm: World) -> None:
    allowed = ("-y", "--allow", "safe-changes-itself")
    data = calm.ok("safe", "owners", "threshold", "3", "--signer", "alice", *allowed)
    safe_tx_hash = data["proposal"]["safe_tx_hash"]
    calm.ok("safe", "sign", safe_tx_hash, "--signer", "bob", *allowed)
    calm.ok("safe", "execute", safe_tx_hash, "--signer", "mallory", *allowed)
    (alert,) = [one for one in check(calm).data["alerts"] if one["rule"] == "safe-change"]
    assert (alert["severity"], alert["message"]) == ("critical", "The Safe has the threshold 3.")


def test_an_event_that_a_reorganisation_took_back_is_told_as_undone(calm: World, receiver: Receiver) -> None:
    path = calm.directory / "hokctl.toml"
    text = path.read_text(encoding="utf-8").replace("chain_id = 31337", "chain_id = 31337\nconfirmations = 3", 1)
    path.write_text(text, encoding="utf-8")
    before = calm.chain.request("evm_snapshot", [])
    calm.send(calm.deployment.suite.reserve.pause(purpose="-"), DEPLOYER)
    assert codes(check(calm, "--notify")) == {"paused"}
    calm.chain.request("evm_revert", [before])
    calm.mine(2)
    assert codes(check(calm, "--notify")) == {"paused"}
    calm.mine(5)
    assert codes(check(calm, "--notify")) == set()
    assert receiver.titles == [f"{word}high: paused (InfrastructureReserve) on devnet" for word in ("", "undone: ")]


def test_invoices_in_a_currency_that_the_policy_takes_tell_the_burn(world: World) -> None:
    (world.directory / "policy.toml").write_text('currencies = { EUR = "USDC" }\n', encoding="utf-8")
    world.write_config(policy="policy.toml")
    day = str(datetime.now(tz=UTC).date())
    terms = ("--provider", "together", "--currency", "EUR", "--period-start", day, "--period-end", day)
    world.ok("invoice", "add", "E-1", "--model", "22", "--amount", "900", *terms)
    assert "22" in {one["subject"] for one in check(world).json["findings"] if one["code"] == "critical-runway"}


def test_an_event_that_could_not_be_judged_is_judged_when_it_can(calm: World) -> None:
    policy = calm.directory / "policy.toml"
    policy.write_text("no policy", encoding="utf-8")
    calm.write_config(policy="policy.toml")
    calm.send(calm.deployment.suite.router.deposit_fee(ModelId("21"), 10_000_000, purpose="-"), BACKEND)
    assert "blind-spot" in codes(check(calm))
    policy.write_text(f'[roles.UsageFeeRouter]\nFEE_DEPOSITOR_ROLE = ["{MALLORY}"]\n', encoding="utf-8")
    assert "unknown-depositor" in codes(check(calm))


def test_without_a_book_each_thing_is_told_once_by_one_process_and_only_to_whom_it_concerns(calm: World) -> None:
    (calm.directory / "hokctl.db").write_text("no database", encoding="utf-8")
    with receiving() as one, receiving() as two:
        private = calm.directory / "targets.toml"
        text = f'[targets.all]\nurl = "{one.url}"\n[targets.few]\nurl = "{two.url}"\nminimum = "critical"\n'
        private.write_text(text, encoding="utf-8")
        private.chmod(0o600)
        add(calm, f'[monitor]\ntargets = "{private}"\n')
        options = ("--config", "hokctl.toml", "--rounds", "3", "--interval", "1", "--notify", "-o", "json")
        assert calm.run("monitor", "watch", *options).exit_code == 0
        assert (len(one.titles), len(two.titles)) == (1, 0)


def test_a_missing_package_is_no_alert_about_the_node(calm: World, receiver: Receiver) -> None:
    calm.send(calm.deployment.suite.reserve.pause(purpose="-"), DEPLOYER)
    with pytest.MonkeyPatch.context() as without:
        without.setitem(sys.modules, "apprise", None)
        assert check(calm, "--notify").json["errors"][0]["code"] == "alerts-missing"
    check(calm, "--notify")
    assert not [title for title in receiver.titles if "node-unreachable" in title]


def test_a_second_check_reads_of_the_role_logs_only_what_is_new(
    calm: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm.mine(100)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing-kept-yet"))
    with counting_proxy(calm.url) as proxy:
        path = calm.directory / "hokctl.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(calm.url, proxy.url), encoding="utf-8")

        def first_blocks() -> set[int]:
            proxy.log_filters.clear()
            check(calm)
            return {int(one["fromBlock"], 16) for one in proxy.log_filters if one["topics"][0] == ROLE_GRANTED_TOPIC}

        assert min(first_blocks()) <= calm.deployment.deployed_at_block
        final = calm.chain.at("finalized").block.number
        calm.mine(3)
        again = first_blocks()
        assert again, "the new blocks are read"
        assert min(again) > final
