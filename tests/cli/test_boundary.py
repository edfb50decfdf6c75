"""The outermost boundary: every ending becomes one exit code, one sentence, and at most one document."""

import json

import pytest

import hokctl
from hokctl import cli
from hokctl.exit_codes import ExitCode
from hokctl.runtime import Runtime
from tests.world import World, run_hokctl

pytestmark = pytest.mark.cli


def test_no_arguments_show_the_help() -> None:
    ran = run_hokctl()
    assert ran.exit_code == 0
    assert "Commands:" in ran.stdout


def test_version() -> None:
    assert run_hokctl("--version").stdout == f"hokctl {hokctl.__version__}\n"


def test_options_before_the_command_are_refused_with_the_way_out() -> None:
    ran = run_hokctl("--network", "devnet", "split", "show")
    assert ran.exit_code == 2
    assert ran.stderr == (
        "Error: The option --network stands before the command.\n"
        "Hint: Options come after the command: hokctl split show --network devnet\n"
    )


@pytest.mark.parametrize("argv", [("splt",), ("split",), ("split", "sho"), ("split", "set", "21")])
def test_what_cannot_be_understood_is_a_usage_error(argv: tuple[str, ...]) -> None:
    ran = run_hokctl(*argv)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    error, hint = ran.stderr.splitlines()
    assert error.startswith("Error: ")
    assert hint.startswith("Hint: ")
    assert run_hokctl(*argv, "-o", "json").json["errors"][0]["code"] == "usage"


def test_an_unknown_option_is_named_with_the_one_that_was_meant() -> None:
    ran = run_hokctl("split", "show", "--netwrk", "devnet", "-o", "json")
    assert ran.exit_code == 2
    assert ran.json["command"] == "split show"
    assert ran.json["errors"] == [
        {
            "code": "unknown-option",
            "message": "`hokctl split show` has no option --netwrk.",
            "hint": "Did you mean --network?",
        }
    ]


def test_too_many_arguments_are_refused() -> None:
    ran = run_hokctl("split", "set", "21", "70%", "now")
    assert ran.exit_code == 2
    assert "does not take the argument 'now'" in ran.stderr


@pytest.mark.parametrize("words", [("-o", "json"), ("-ojson",), ("--output=json",), ("--output", "json")])
def test_usage_errors_keep_to_json_however_it_is_asked_for(words: tuple[str, ...]) -> None:
    ran = run_hokctl("split", "set", *words)
    assert json.loads(ran.stdout)["exit_code"] == 2
    assert ran.stderr == ""


def test_the_environment_can_ask_for_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOKCTL_OUTPUT", "json")
    assert run_hokctl("split", "set").json["status"] == "error"


@pytest.mark.parametrize(
    ("error", "exit_code", "code"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
        (ValueError("https://node/v2/SECRET 0x" + "ab" * 32), ExitCode.FAILURE, "error"),
    ],
)
def test_whatever_is_raised_becomes_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, exit_code: int, code: str
) -> None:
    def fail(_argv: list[str], _runtime: Runtime) -> int:
        raise error

    monkeypatch.setattr(cli, "_run", fail)
    ran = run_hokctl("split", "show", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (exit_code, code)
    assert "SECRET" not in ran.stdout + ran.stderr


def test_debug_shows_a_traceback_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_argv: list[str], _runtime: Runtime) -> int:
        raise ValueError("https://user:pw@node/v2/SECRET 0x" + "ab" * 32)

    monkeypatch.setattr(cli, "_run", fail)
    ran = run_hokctl("split", "show", "--debug")
    assert "Traceback" in ran.stderr
    assert "ValueError" in ran.stderr
    for secret in ("SECRET", "user:pw", "ab" * 32):
        assert secret not in ran.stderr


def test_a_bad_block_is_a_usage_error(world: World) -> None:
    ran = world.run("split", "show", "--block", "newest", "-o", "json")
    assert (ran.exit_code, ran.json["errors"][0]["code"]) == (2, "invalid-block")


def test_an_old_block_shows_the_old_state(world: World) -> None:
    block = world.chain.at().block.number
    world.ok("split", "set", "23", "70%", "--signer", "deployer", "--yes")
    ran = world.run("split", "show", "23", "--block", str(block), "-o", "json")
    assert ran.json["block"]["number"] == block
    assert ran.data["models"][0]["infrastructure_accrual_bps"] == 9000


def test_the_envelope_is_complete_and_sorted(world: World) -> None:
    ran = world.run("split", "show", "21", "-o", "json")
    assert list(ran.json) == sorted(ran.json)
    assert ran.json["network"] == {"name": "devnet", "chain_id": 31337}
    assert ran.json["hokctl_result_version"] == "1"
    assert ran.stdout.endswith("}\n")
    assert ran.stderr == ""


def test_quiet_says_only_what_was_asked_for(world: World) -> None:
    ran = world.run("split", "set", "23", "70%", "--signer", "deployer", "--yes", "--quiet")
    assert ran.exit_code == 0
    assert ran.stderr == ""


def test_a_keystore_without_a_terminal_or_a_variable_says_how_to_give_the_password(world: World) -> None:
    (world.directory / "key.json").write_text("{}", encoding="utf-8")
    with (world.directory / "hokctl.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[signers.vault]\nkind = "keystore"\npath = "key.json"\n')
    ran = world.run("split", "set", "23", "70%", "--signer", "vault", "--yes", "-o", "json")
    assert ran.exit_code in {2, 3}
    assert ran.json["errors"][0]["hint"]


@pytest.mark.parametrize(
    ("argv", "message", "hint"),
    [
        (("splt",), "No such command 'splt'.", "Did you mean 'split'? `hokctl --help` shows how to write it."),
        (
            ("split", "shw"),
            "No such command 'shw'.",
            "Did you mean 'show'? `hokctl split --help` shows how to write it.",
        ),
        (("split", "set", "21"), "Missing argument 'SPLIT'.", "`hokctl split set --help` shows how to write it."),
        (
            ("split", "show", "-o", "xml"),
            "Invalid value for '--output' / '-o' (env var: 'HOKCTL_OUTPUT'): 'xml' is not one of 'text', 'json'.",
            "`hokctl split show --help` shows how to write it.",
        ),
    ],
)
def test_a_usage_error_names_the_command_to_ask_for_help(argv: tuple[str, ...], message: str, hint: str) -> None:
    ran = run_hokctl(*argv)
    assert ran.exit_code == 2
    assert ran.stderr == f"Error: {message}\nHint: {hint}\n"


@pytest.mark.parametrize("argv", [(), ("split",), ("split", "set"), ("doctor",)])
def test_help_has_a_short_option(argv: tuple[str, ...]) -> None:
    assert run_hokctl(*argv, "-h") == run_hokctl(*argv, "--help")
    assert run_hokctl(*argv, "-h").exit_code == 0


def test_root_help_cuts_no_line_off() -> None:
    assert not [
        line for line in run_hokctl("--help").stdout.splitlines() if line.endswith("...") and "Usage" not in line
    ]


def test_verbose_tells_what_is_read_and_asked(world: World) -> None:
    ran = world.run("split", "show", "21", "--verbose")
    assert ran.exit_code == 0
    first, second, *_ = ran.stderr.splitlines()
    assert first == f"configuration: {world.directory / 'hokctl.toml'}"
    assert second.startswith(f"node {world.url}, round trip 1: eth_chainId, eth_getBlockByNumber (")
    assert ran.stdout == world.run("split", "show", "21").stdout
    assert world.run("split", "show", "21", "--verbose", "--quiet").stderr == ""
