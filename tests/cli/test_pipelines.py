"""The workflows in examples/ci: what they run works, and what they must not do they do not."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from hokctl import __version__
from tests.world import DEPLOYER, World

pytestmark = pytest.mark.cli

FOLDER: Final = Path(__file__).parents[2] / "examples" / "ci"
NAMES: Final = ("plan", "apply", "nightly")
DEPLOYER_KEY: Final = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first key of the public test mnemonic."""
READS: Final = {"contents": "read"}
PERMISSIONS: Final[dict[str, dict[str, dict[str, str]]]] = {
    "plan": {"plan": READS, "comment": {"pull-requests": "write"}},
    "apply": {"apply": READS, "record": {"contents": "write"}},
    "nightly": {"audit": READS, "report": {"issues": "write"}},
}
SECRETS: Final = {
    "plan": {"plan": {"PROTOCOL_RPC_URL"}, "comment": set()},
    "apply": {"apply": {"PROTOCOL_RPC_URL", "HOKCTL_LEDGER_URL", "DEPLOYER_KEY"}, "record": set()},
    "nightly": {"audit": {"PROTOCOL_RPC_URL"}, "report": set()},
}
SECRET: Final = re.compile(r"\$\{\{ secrets\.(\w+) \}\}")


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow; `on` is a truth value in YAML 1.1, which is what its key reads as."""
    document: dict[Any, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else str(key): value for key, value in document.items()}


def commands(name: str) -> list[list[str]]:
    """Return the hokctl command lines of a workflow, without hokctl and without redirections."""
    runs = [step.get("run", "") for job in workflow(name)["jobs"].values() for step in job["steps"]]
    lines = [line.strip() for run in runs for line in run.splitlines() if line.strip().startswith("hokctl ")]
    return [shlex.split(line.partition(" > ")[0])[1:] for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_permissions_are_the_least_that_each_job_needs(name: str) -> None:
    document = workflow(name)
    assert document["permissions"] == {}
    assert {key: job["permissions"] for key, job in document["jobs"].items()} == PERMISSIONS[name]


@pytest.mark.parametrize("name", NAMES)
def test_secrets_reach_only_the_environment_of_the_steps_that_need_them(name: str) -> None:
    document = workflow(name)
    for key, job in document["jobs"].items():
        assert set(SECRET.findall(str(job))) == SECRETS[name][key]
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert not SECRET.search(str({**step, "env": None}))
    assert "DEPLOYER_KEY" not in str([workflow(other) for other in NAMES if other != "apply"])
    assert not SECRET.search(str({**document, "jobs": None}))


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_and_leave_no_credentials_behind(name: str) -> None:
    steps = [(key, step) for key, job in workflow(name)["jobs"].items() for step in job["steps"]]
    for key, step in steps:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        if "checkout" in step.get("uses", "") and PERMISSIONS[name][key] == READS:
            assert step["with"]["persist-credentials"] is False
    assert workflow(name)["env"]["HOKCTL_VERSION"] == __version__


def test_forks_are_not_planned_and_nothing_runs_with_their_code_and_secrets() -> None:
    document = workflow("plan")
    assert set(document["on"]) == {"pull_request"}
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert document["jobs"]["plan"]["if"] == own
    assert set(workflow("apply")["on"]) == {"push", "workflow_dispatch"}
    assert workflow("apply")["jobs"]["apply"]["environment"] == "production"
    assert workflow("apply")["concurrency"]["cancel-in-progress"] is False


def as_in_the_pipeline(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files, variables and configuration as the workflows expect them."""
    (world.directory / "spec.toml").rename(world.directory / "deployment.toml")
    world.write_config(rpc_url=None, rpc_url_env="PROTOCOL_RPC_URL", spec=None)
    config = world.directory / "hokctl.toml"
    signer = f'[signers.deployer]\nkind = "environment"\nvariable = "DEPLOYER_KEY"\naddress = "{DEPLOYER}"\n'
    text = re.sub(r"\[signers\.deployer\]\nkind = .*\nindex = .*\n", signer, config.read_text(encoding="utf-8"))
    config.write_text(text, encoding="utf-8")
    (world.directory / "policy.toml").touch()
    monkeypatch.setenv("PROTOCOL_RPC_URL", world.url)
    monkeypatch.setenv("DEPLOYER_KEY", DEPLOYER_KEY)
    monkeypatch.setenv("HOKCTL_LEDGER_URL", "sqlite:///pipeline.db")
    monkeypatch.setenv("HOKCTL_CONFIG", "hokctl.toml")
    monkeypatch.setenv("HOKCTL_NETWORK", "devnet")


def forget(world: World) -> None:
    """Have no manifest, as before the first deployment."""
    (world.directory / "deployments" / "devnet.json").unlink()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_of_a_workflow_runs_as_it_stands(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    as_in_the_pipeline(world, monkeypatch)
    lines = commands(name)
    assert len(lines) == {"plan": 1, "apply": 2, "nightly": 2}[name]
    for line in lines:
        ran = world.run(*line)
        assert (ran.exit_code in {0, 5}, ran.json["errors"]) == (True, []), (line, ran.stdout)
        assert world.url not in ran.stdout
        assert DEPLOYER_KEY[2:] not in ran.stdout + ran.stderr


def test_the_comment_shows_plan_findings_and_cost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    as_in_the_pipeline(world, monkeypatch)
    monkeypatch.delenv("DEPLOYER_KEY")
    forget(world)
    (line,) = commands("plan")
    ran = world.run(*line)
    assert (ran.exit_code, ran.data["deployer"]) == (0, DEPLOYER)
    comment = Path("plan.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- hokctl -->\n\n### `hokctl deploy plan` on devnet (chain 31337): OK\n")
    assert "<details><summary>31 calls, decoded</summary>" in comment
    assert "1. Create ModelRegistry" in comment
    assert "- \\_treasury: `" + world.safe in comment
    assert "| warning | `provider-missing` |" in comment
    assert "| estimated gas | `" in comment
    assert len(comment) < 65_536


def test_the_comment_tells_an_error_too(world: World) -> None:
    ran = world.run("deploy", "plan", "--spec", "missing.toml", "--markdown", "plan.md")
    assert ran.exit_code == 3
    comment = Path("plan.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- hokctl -->\n\n### `hokctl deploy plan` on devnet (chain 31337): CONFIG\n")
    assert "missing.toml" in comment


def test_a_specification_cannot_smuggle_markup_into_the_comment(world: World) -> None:
    evil = "Model | `x` <img src=x> @everyone [click](https://evil.example) **bold**\\"
    spec = world.directory / "spec.toml"
    text = spec.read_text(encoding="utf-8").replace('"Hokusai LSCOR"', f"'{evil}'")
    assert evil in text
    spec.write_text(text, encoding="utf-8")
    forget(world)
    assert world.run("deploy", "plan", "--signer", "deployer", "--markdown", "plan.md").exit_code == 0
    comment = Path("plan.md").read_text(encoding="utf-8")
    shown = next(line for line in comment.splitlines() if "everyone" in line)
    assert shown == "   - name: `Model ¦ 'x' <img src=x> @everyone [click](https://evil.example) **bold**\\`"
    outside = re.sub(r"`[^`\n]*`", "", comment)
    assert not re.search(r"@everyone|<img|\]\(http|evil\.example", outside)
