"""Signers: where each key is kept. No key and no password ever stands in a file of hokctl's."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field

from hokctl.config.environment import PASSWORD_PREFIX, get_variable, secret_from_environment
from hokctl.config.strict import CheckedAddress, LaxPath, StrictModel, VariableName


class DevnetSignerSettings(StrictModel):
    """A key of the public test mnemonic; the chain room accepts it on the local devnet only."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["devnet"]
    index: Annotated[int, Field(ge=0, lt=2**31)]
    """The last part of the derivation path m/44'/60'/0'/0/index."""


class KeystoreSignerSettings(StrictModel):
    """An encrypted keystore file (Web3 Secret Storage)."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["keystore"]
    path: LaxPath
    address: CheckedAddress | None = None
    """The account that the key must control; another is refused."""
    password_env: VariableName | None = None

    @property
    def password_variable(self) -> str:
        """The environment variable that may hold the password: `password_env`, else one named after the signer."""
        return self.password_env or PASSWORD_PREFIX + re.sub(r"[^A-Z0-9]", "_", self.name.upper())

    def password_from_environment(self) -> str | None:
        """Return the password, or None to ask for it; raise MissingSecretError when `password_env` names none."""
        if self.password_env is not None:
            return secret_from_environment(self.password_env)
        return get_variable(self.password_variable)


class EnvironmentSignerSettings(StrictModel):
    """A key in an environment variable."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["environment"]
    variable: VariableName
    address: CheckedAddress | None = None
    """The account that the key must control; another is refused."""

    def key_from_environment(self) -> str:
        """Return the key as text; raise MissingSecretError when the variable is not set."""
        return secret_from_environment(self.variable)


SignerSettings = DevnetSignerSettings | KeystoreSignerSettings | EnvironmentSignerSettings
"""A table [signers.NAME], told apart by its `kind`."""
SIGNER_KINDS: Final = ("devnet", "keystore", "environment")
