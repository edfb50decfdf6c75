"""One script of acceptance, the same for the suite, for v2.0.0 and for the live version.

What the versions have to differ in is told by the world that it runs on (tests/versions.py), not here. The people are
those of tests/world.py: alice proposes or schedules for the Safe, the world brings it to its end, backend deposits.
"""

import json
from typing import Any

import pytest

from hokctl.exit_codes import ExitCode
from tests.versions import Shaped
from tests.world import MALLORY, TOGETHER

pytestmark = pytest.mark.integration

BACKEND = ("--signer", "backend", "-y")


def test_acceptance(shaped: Shaped) -> None:
    _finds_everything_in_order(shaped)
    _verifies_and_audits(shaped)
    _lists_the_models(shaped)
    _changes_a_split(shaped)
    _changes_a_provider(shaped)
    _changes_a_parameter(shaped)
    _deposits_a_fee(shaped)
    _pays_an_invoice_once(shaped)
    _tells_what_is_left(shaped)
    _brakes_and_releases(shaped)
    _stops_a_pool(shaped)
    _keeps_the_books(shaped)


def _finds_everything_in_order(shaped: Shaped) -> None:
    checks = shaped.ok("doctor")["checks"]
    assert {check["health"] for check in checks} <= {"ok", "not set"}, checks


def _verifies_and_audits(shaped: Shaped) -> None:
    for command, expected in ((("deploy", "verify"), shaped.differs), (("roles", "audit"), shaped.audited)):
        ran = shaped.run(*command, "-o", "json")
        assert {finding["code"] for finding in ran.json["findings"] if finding["severity"] != "info"} == expected
        assert ran.exit_code == (ExitCode.FINDINGS if expected else ExitCode.OK)
    assert shaped.run("deploy", "status").exit_code == (ExitCode.FINDINGS if shaped.differs else ExitCode.OK)
    assert shaped.run("model", "check").exit_code == ExitCode.OK
    assert shaped.safe in json.dumps(shaped.ok("roles", "who", "PAYER_ROLE"))
    held = {(one["power"], one["holder"]) for one in shaped.ok("roles", "list")["holdings"]}
    assert ("PAYER_ROLE", shaped.safe) in held


def _lists_the_models(shaped: Shaped) -> None:
    models = shaped.ok("model", "list")["models"]
    assert tuple(model["model_id"] for model in models) == shaped.models
    shown = _account(shaped)
    assert (shown["model_id"], shown["accrued"]["display"]) == (shaped.first, "800.00")


def _changes_a_split(shaped: Shaped) -> None:
    assert _split(shaped, shaped.first) == 8000
    shaped.change("split", "set", shaped.first, "75%")
    assert _split(shaped, shaped.first) == 7500
    assert shaped.ok("split", "set", shaped.first, "75%", "--signer", "alice", "-y")["plan"]["calls"] == []


def _changes_a_provider(shaped: Shaped) -> None:
    shaped.change("provider", "set", shaped.second, "mallory")
    providers = {model["model_id"]: model["provider"] for model in shaped.ok("provider", "list")["models"]}
    assert (providers[shaped.first], providers[shaped.second]) == (TOGETHER, MALLORY)


def _changes_a_parameter(shaped: Shaped) -> None:
    given, kept = shaped.reward
    shaped.change("params", "set", shaped.first, "tokens-per-delta-one", given)
    assert shaped.ok("params", "show", shaped.first)["tokens_per_delta_one"] == kept


def _deposits_a_fee(shaped: Shaped) -> None:
    quote = shaped.ok("fee", "quote", shaped.first, "100", *shaped.calls)
    assert (quote["infrastructure"]["display"], quote["profit"]["display"]) == ("75.00", "25.00")
    before = _balance(shaped)
    shaped.ok("fee", "deposit", shaped.first, "100", *shaped.calls, *BACKEND)
    assert _balance(shaped) - before == 75_000_000


def _pays_an_invoice_once(shaped: Shaped) -> None:
    _enter_invoice(shaped)
    shaped.change("invoice", "pay", "INV-1")
    assert shaped.ok("invoice", "show", "INV-1")["invoice"]["state"] == "paid"
    assert _account(shaped)["accrued"]["display"] == "825.00"
    _refuses(shaped, "invoice", "pay", "INV-1", "--signer", "alice", "-y")
    # Another colleague's book does not know of the payment; the chain does.
    (shaped.world.directory / "hokctl.db").unlink()
    _enter_invoice(shaped)
    _refuses(shaped, "invoice", "pay", "INV-1", "--signer", "alice", "-y")
    assert _account(shaped)["accrued"]["display"] == "825.00"


def _tells_what_is_left(shaped: Shaped) -> None:
    (runway,) = shaped.ok("runway", shaped.first)["models"]
    assert runway["accrued"]["display"] == "825.00"
    status = shaped.ok("treasury", "status")
    assert status["balance"]["display"] == "1175.00"


def _brakes_and_releases(shaped: Shaped) -> None:
    assert shaped.ok("emergency", "status")["paused"] is False
    shaped.change("emergency", "pause")
    assert shaped.ok("emergency", "status")["paused"] is True
    _refuses(shaped, "fee", "deposit", shaped.first, "100", *shaped.calls, *BACKEND)
    shaped.change("emergency", "unpause")
    assert shaped.ok("emergency", "status")["paused"] is False
    shaped.ok("fee", "deposit", shaped.first, "100", *shaped.calls, *BACKEND)


def _stops_a_pool(shaped: Shaped) -> None:
    """Each version does it in its own way, or refuses, and the pool then is stopped or not."""
    expected = {True: ExitCode.OK, False: ExitCode.REFUSED}[shaped.stops_pools]
    assert shaped.attempt("emergency", "pause", "--pools", shaped.first, signer=shaped.pool_brake) == expected
    stopped = [shaped.first] * shaped.stops_pools
    assert shaped.ok("emergency", "status")["paused_pools"] == stopped
    assert shaped.attempt("emergency", "unpause", "--pools", shaped.first, signer=shaped.pool_brake) == expected
    assert shaped.ok("emergency", "status")["paused_pools"] == []


def _keeps_the_books(shaped: Shaped) -> None:
    """After all of that, what came in, was paid and is left still adds up."""
    ran = shaped.run("treasury", "audit", "-o", "json")
    assert (ran.exit_code, ran.json["findings"]) == (ExitCode.OK, []), ran.stdout


def _refuses(shaped: Shaped, *argv: str) -> None:
    ran = shaped.run(*argv, "-o", "json")
    assert ran.exit_code == ExitCode.REFUSED, ran.stdout + ran.stderr


def _enter_invoice(shaped: Shaped) -> None:
    shaped.ok("invoice", "add", "INV-1", "--model", shaped.first, "--amount", "50")


def _split(shaped: Shaped, model_id: str) -> int:
    return int(shaped.ok("split", "show", model_id)["models"][0]["infrastructure_accrual_bps"])


def _account(shaped: Shaped) -> Any:  # noqa: ANN401 - JSON
    return shaped.ok("model", "show", shaped.first)


def _balance(shaped: Shaped) -> int:
    return int(shaped.ok("treasury", "status")["balance"]["units"])
