"""A user with a home, a working directory, and an environment without a trace of the machine's own."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hokctl.config.schema import Settings
from hokctl.config.settings import load_settings

ADMIN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
TREASURY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
BACKEND = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
PROVIDER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
SECRET = "s3cr3t-api-key"  # noqa: S105  # looked for in messages; it opens nothing
MAINNET = '[networks.mainnet]\nchain_id = 1\nrpc_url_env = "MAINNET_RPC_URL"\n'


@dataclass(frozen=True)
class Desk:
    """Where a user sits: their own configuration and the directory they work in."""

    home: Path
    work: Path

    @property
    def own_file(self) -> Path:
        """The user's own configuration."""
        return self.home / ".config" / "hokctl" / "config.toml"

    @property
    def working_file(self) -> Path:
        """The configuration in the working directory."""
        return self.work / "hokctl.toml"

    def own(self, text: str) -> Path:
        """Write the user's own configuration."""
        self.own_file.parent.mkdir(parents=True, exist_ok=True)
        self.own_file.write_text(text, encoding="utf-8")
        return self.own_file

    def working(self, text: str) -> Path:
        """Write the working directory's configuration."""
        self.working_file.write_text(text, encoding="utf-8")
        return self.working_file


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk with nothing on it, and sit down at it."""
    for variable in list(os.environ):
        if variable.startswith(("HOKCTL_", "XDG_")) or variable == "NO_COLOR":
            monkeypatch.delenv(variable)
    desk = Desk(home=tmp_path / "home", work=tmp_path / "work")
    desk.home.mkdir()
    desk.work.mkdir()
    monkeypatch.setenv("HOME", str(desk.home))
    monkeypatch.chdir(desk.work)
    return desk


@pytest.fixture
def settings_of(desk: Desk) -> Callable[[str], Settings]:
    """Return a function that loads settings from a user's own configuration with the given text."""

    def load(text: str) -> Settings:
        desk.own(text)
        return load_settings().settings

    return load
