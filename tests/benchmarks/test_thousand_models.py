"""`runway` and `model list` over a deployment of 1,000 models: round trips, time and memory."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from hokctl.chain.wire import to_data
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId
from hokctl.services.model_adding import ModelTexts, build_model
from hokctl.services.model_creation import plan_models
from hokctl.services.model_facts import Creators, read_creators, read_models
from tests.counting import counting_proxy
from tests.world import DEPLOYER, TOGETHER, World

pytestmark = pytest.mark.benchmark

MODELS = 1_000
MOST_ROUND_TRIPS = {"runway": 7, "model list": 4}
CREATION_GAS = hex(8_000_000)
COMMANDS = (("runway",), ("model", "list"))
PROBE = """
import resource, sys
from hokctl.cli import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run of hokctl took."""

    command: str
    models: int
    round_trips: int
    seconds: float
    """From start to end; most of it is the embedded chain's, which interprets every call in Python."""
    own_seconds: float
    """What hokctl itself computed."""
    peak_mb: float


def add_models(world: World, count: int) -> None:
    """Deploy models with token, params, pool and provider, past hokctl, in one block each transaction."""
    wanted = [
        build_model(
            ModelTexts(
                model_id=f"m{number:04}",
                name=f"Model {number}",
                symbol=f"M{number}",
                supply="1000",
                split="80%",
                metric="accuracy",
                license_uri="https://hokusai.ai/licenses/default",
            ),
            tokens_per_delta_one=1_000,
            governor=DEPLOYER,
            provider=TOGETHER,
        )
        for number in range(count)
    ]
    suite, snapshot = world.deployment.suite, world.chain.at()
    found = read_models(snapshot, suite, tuple(ModelId(model.model_id) for model in wanted))
    creators = read_creators(snapshot, suite, Creators(token_manager_nonce=1, factory_nonce=1))
    steps, _ = plan_models(suite, wanted, found, creators)
    calls = [step.call for step in steps]
    for start in range(0, len(calls), 60):
        send_all(world, calls[start : start + 60])


def send_all(world: World, calls: Sequence[Call]) -> None:
    """Have the node sign and mine the calls, without estimating their gas; assert that all succeeded."""
    requests = [
        ("eth_sendTransaction", [{"from": DEPLOYER, "to": call.to, "data": to_data(call.data), "gas": CREATION_GAS}])
        for call in calls
    ]
    hashes = world.chain.request_batch(requests)
    receipts = world.chain.request_batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes])
    assert {receipt["status"] for receipt in receipts if isinstance(receipt, dict)} == {"0x1"}
    assert len(receipts) == len(calls)


def measure(world: World, argv: tuple[str, ...]) -> Measured:
    """Run hokctl as a process of its own behind a counting proxy."""
    with counting_proxy(world.url) as proxy:
        world.write_config(rpc_url=proxy.url)
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PROBE, *argv, "-o", "json"], capture_output=True, text=True, check=True
        )
        seconds = time.perf_counter() - started
        peak_kb, own_seconds = done.stderr.splitlines()[-1].split()
        return Measured(
            command=" ".join(argv),
            models=len(json.loads(done.stdout)["data"]["models"]),
            round_trips=proxy.round_trips,
            seconds=seconds,
            own_seconds=float(own_seconds),
            peak_mb=int(peak_kb) / 1024,
        )


def test_reports_on_a_thousand_models_take_few_round_trips(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    few = [measure(world, argv) for argv in COMMANDS]
    started = time.perf_counter()
    add_models(world, MODELS)
    deployed_s = time.perf_counter() - started
    many = [measure(world, argv) for argv in COMMANDS]
    with capsys.disabled():
        sys.stdout.write(f"\n{MODELS} models deployed in {deployed_s:.1f} s\n")
        sys.stdout.write(f"{'command':<12}{'models':>8}{'round trips':>13}{'seconds':>9}{'its own':>9}{'peak MB':>9}\n")
        for one in (*few, *many):
            figures = (
                f"{one.models:>8}{one.round_trips:>13}{one.seconds:>9.2f}{one.own_seconds:>9.2f}{one.peak_mb:>9.0f}"
            )
            sys.stdout.write(f"{one.command:<12}{figures}\n")
    for before, after in zip(few, many, strict=True):
        assert after.models == before.models + MODELS
        assert after.round_trips <= MOST_ROUND_TRIPS[after.command]
