"""Signers: where each key is kept. No key and no password ever stands in a file of hokctl's."""

import re
from ipaddress import ip_address
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from hokctl.config.environment import PASSWORD_PREFIX, get_variable, secret_from_environment
from hokctl.config.strict import CheckedAddress, LaxPath, SecretUrl, StrictModel, VariableName, problem
from hokctl.errors import remember_secret

_FIRST_PATH: Final = "m/44'/60'/0'/0/0"
_PATH = re.compile(r"m(?:/[0-9]{1,10}'?){1,10}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}", re.ASCII)
_KEY_ID = re.compile(r"(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(?:key/|alias/)?[A-Za-z0-9/_-]{1,256}", re.ASCII)
_BARE_KEY = re.compile(r"(?:0x)?[0-9a-fA-F]{64}", re.ASCII)
_HARDENED: Final = 2**31


def _checked_path(text: str) -> str:
    if not _PATH.fullmatch(text) or any(int(part.strip("'")) >= _HARDENED for part in text.split("/")[1:]):
        raise problem("is not a derivation path", hint=f"Write it like {_FIRST_PATH}, at most ten parts below 2^31.")
    return text


def _checked_region(text: str) -> str:
    if not _REGION.fullmatch(text):
        raise problem("is not an AWS region", hint="Write it like eu-central-1.")
    return text


def _checked_key_id(text: str) -> str:
    if not _KEY_ID.fullmatch(text) or _BARE_KEY.fullmatch(text):
        # The text is not repeated: it may be the secret itself.
        raise problem("is not the id of a key in AWS KMS", hint="Give its id, its ARN, or alias/NAME; never a key.")
    return text


def _checked_endpoint(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
        hint = "Give an https:// URL; http:// is for this machine's own loopback only. Leave it out for AWS itself."
        raise problem("is not the URL of a KMS that can be trusted", hint=hint)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


DerivationPath = Annotated[str, AfterValidator(_checked_path)]
"""A BIP-32 path such as m/44'/60'/0'/0/0."""


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
        found = get_variable(self.password_variable)
        remember_secret(found or "")
        return found


class EnvironmentSignerSettings(StrictModel):
    """A key in an environment variable."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["environment"]
    variable: VariableName
    address: CheckedAddress | None = None
    """The account that the key must control; another is refused."""
    allow_production: bool = False
    """Whether the key may sign on production networks; the user's own configuration has to say so."""

    def key_from_environment(self) -> str:
        """Return the key as text; raise MissingSecretError when the variable is not set."""
        return secret_from_environment(self.variable)


class LedgerSignerSettings(StrictModel):
    """A Ledger hardware wallet."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["ledger"]
    address: CheckedAddress
    """The account that the device must have at `derivation_path`; another is refused."""
    derivation_path: DerivationPath = _FIRST_PATH


class TrezorSignerSettings(StrictModel):
    """A Trezor hardware wallet."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["trezor"]
    address: CheckedAddress
    """The account that the device must have at `derivation_path`; another is refused."""
    derivation_path: DerivationPath = _FIRST_PATH


class KmsSignerSettings(StrictModel):
    """A key in AWS KMS. Credentials come from where the AWS tools find them, never from here."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["kms"]
    address: CheckedAddress
    """The account that the key must control; another is refused."""
    key_id: Annotated[str, AfterValidator(_checked_key_id)]
    """The id of the key, its ARN, or alias/NAME."""
    region: Annotated[str, AfterValidator(_checked_region)]
    endpoint_url: Annotated[SecretUrl, AfterValidator(_checked_endpoint)] | None = None
    """Another KMS than AWS's own for the region."""


class ExportOnlySignerSettings(StrictModel):
    """An account whose key hokctl cannot reach: plans are made for it and exported, never signed."""

    name: str
    """The name of the table; not a key of the file."""
    kind: Literal["none"]
    address: CheckedAddress


SignerSettings = (
    DevnetSignerSettings
    | KeystoreSignerSettings
    | EnvironmentSignerSettings
    | LedgerSignerSettings
    | TrezorSignerSettings
    | KmsSignerSettings
    | ExportOnlySignerSettings
)
"""A table [signers.NAME], told apart by its `kind`."""
SIGNER_KINDS: Final = ("devnet", "keystore", "environment", "ledger", "trezor", "kms", "none")
