"""The files of `hokctl devnet --scenario`: ./hokctl.toml, and beside it a folder with everything that it names.

A devnet starts from block 0 each time, so manifest, ledger and proposals of an earlier one mean nothing any more and
are replaced. What hokctl did not write, or somebody edited since, is never touched.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_typing import ChecksumAddress

from hokctl.config.file_errors import FileWriteError, ForeignFileError
from hokctl.config.layers import WORKING_FILE_NAME
from hokctl.config.writing import is_marked, render_toml, write_config
from hokctl.devnet.workplace import NETWORK, PEOPLE, TREASURY

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = "hokctl-devnet"
DAILY_BURN: Final = {"21": "25", "22": "20"}
"""Declared, in USDC: enough for a runway of some weeks."""
_LICENSE: Final = "https://hokusai.ai/licenses/default"


@dataclass(frozen=True, slots=True)
class ScenarioFiles:
    """Where the scenario's files are, under one working directory."""

    directory: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.directory / WORKING_FILE_NAME

    @property
    def folder(self) -> Path:
        """The folder with everything that the configuration names."""
        return self.directory / FOLDER

    @property
    def spec(self) -> Path:
        """The deployment specification."""
        return self.folder / "deployment.toml"

    @property
    def policy(self) -> Path:
        """The policy."""
        return self.folder / "policy.toml"

    @property
    def manifest(self) -> Path:
        """The deployment manifest."""
        return self.folder / "manifest.json"

    @property
    def proposals(self) -> Path:
        """The shared folder of Safe transactions."""
        return self.folder / "proposals"

    @property
    def ledger(self) -> Path:
        """The book, an SQLite file."""
        return self.folder / "hokctl.db"

    def claim(self) -> None:
        """Clear away what an earlier devnet left; raises ForeignFileError, with nothing changed, for anything else."""
        for path in (self.config, self.spec, self.policy):
            _refuse_foreign(path)
        remains = [self.manifest, self.proposals, *self.folder.glob(f"{self.ledger.name}*")]
        for path in remains:
            # The specification is written first and removed never: where it is missing, somebody else's files lie.
            if path.exists() and not self.spec.exists():
                raise ForeignFileError(path)
        for path in remains:
            _remove(path)

    def write_inputs(self) -> None:
        """Write specification and policy, before anything is deployed."""
        write_config(self.spec, render_toml(specification()))
        write_config(self.policy, render_toml(policy()))

    def write_config(self, url: str, safe: ChecksumAddress, people: "Mapping[str, ChecksumAddress]") -> None:
        """Write the configuration for the node at `url`, once everything that it names is there."""
        write_config(self.config, render_toml(configuration(url, safe, people)))


def specification(*, models: bool = True) -> dict[str, Any]:
    """Return what is deployed: the Safe is treasury, payer, pauser and administrator."""
    spec: dict[str, Any] = {"treasury": TREASURY, "admin": TREASURY, "backend": "backend", "usdc": "mock"}
    if models:
        spec["models"] = [
            _model("21", "LSCOR", split="80%", provider="together-ai", governor=TREASURY),
            _model("22", "HCHAT", split="70%", provider="together-ai", governor=TREASURY),
            _model("23", "HVIS", split="90%", governor="deployer"),
        ]
    return spec


def policy() -> dict[str, Any]:
    """Return what the owners agreed on, and who is expected to hold which role."""
    admins, treasury, deployer = [TREASURY, "deployer"], [TREASURY], ["deployer"]
    return {
        "first_time_payee": "warn",
        "limits": {"per_payment": "5000", "per_payee_per_day": "10000", "per_day": "20000"},
        # The deployer still has what it was born with: `deploy handoff` is for the people who practise here.
        "roles": {
            "ModelRegistry": {"owner": deployer},
            "HokusaiAMMFactory": {"owner": deployer, "treasury": treasury},
            "HokusaiAMM": {"treasury": treasury},
            "TokenManager": {
                "owner": deployer,
                "feeRecipient": deployer,
                "DEFAULT_ADMIN_ROLE": admins,
                "DEPLOYER_ROLE": admins,
            },
            "InfrastructureReserve": {
                "DEFAULT_ADMIN_ROLE": admins,
                "PAYER_ROLE": treasury,
                "PAUSER_ROLE": admins,
                "treasury": treasury,
            },
            "UsageFeeRouter": {"DEFAULT_ADMIN_ROLE": admins, "FEE_DEPOSITOR_ROLE": ["backend"]},
            "HokusaiParams": {"DEFAULT_ADMIN_ROLE": treasury, "GOV_ROLE": treasury},
            "HokusaiParams/23": {"DEFAULT_ADMIN_ROLE": deployer, "GOV_ROLE": deployer},
        },
        "audit": {"hot_key_limit": 11},
    }


def configuration(url: str, safe: ChecksumAddress, people: "Mapping[str, ChecksumAddress]") -> dict[str, Any]:
    """Return a configuration with which every daily job works: alice signs unless --signer names another."""
    return {
        "network": NETWORK,
        "networks": {
            NETWORK: {
                "chain_id": 31337,
                "rpc_url": url,
                "manifest": f"{FOLDER}/manifest.json",
                "spec": f"{FOLDER}/deployment.toml",
                "policy": f"{FOLDER}/policy.toml",
                "proposals": f"{FOLDER}/proposals",
                "safe": safe,
                "signer": "alice",
            }
        },
        "signers": {name: {"kind": "devnet", "index": index} for name, index in PEOPLE.items()},
        "addresses": {NETWORK: {**people, TREASURY: safe}},
        "models": {model_id: {"daily_burn": burn} for model_id, burn in DAILY_BURN.items()},
        "ledger": {"url": f"sqlite:///{FOLDER}/hokctl.db"},
    }


def _model(model_id: str, symbol: str, **values: str) -> dict[str, str]:
    return {
        "model_id": model_id,
        "name": f"Hokusai {symbol}",
        "symbol": symbol,
        "initial_supply": "1000",
        "license_uri": _LICENSE,
        **values,
    }


def _refuse_foreign(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise ForeignFileError(path) from error
    if not is_marked(text):
        raise ForeignFileError(path)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise FileWriteError(path, error) from error
