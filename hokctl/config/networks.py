"""One network: its chain, its node, its deployment, and what may be done there."""

import re
from typing import Annotated, Final, Literal

from eth_typing import ChecksumAddress
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator

from hokctl.config.environment import secret_from_environment
from hokctl.config.errors import InvalidNodeUrlError, NoNodeError
from hokctl.config.strict import (
    GWEI_DECIMALS,
    GweiText,
    LaxPath,
    SecretUrl,
    StrictModel,
    VariableName,
    problem,
    translated,
)
from hokctl.config.trust import PRODUCTION_CHAINS
from hokctl.domain.addresses import parse_address
from hokctl.domain.amounts import parse_units
from hokctl.errors import remember_url

DEVNET: Final = "devnet"
DEVNET_CHAIN_ID: Final = 31337
DEVNET_RPC_URL: Final = "http://127.0.0.1:8545"

_HTTP_URL = re.compile(r"https?://(?:[^\s/@?#]*@)?[^\s/@?#]+(?:[/?#]\S*)?", re.ASCII | re.IGNORECASE)
_SIGNATURE = re.compile(r"[A-Za-z_$][\w$]*\([\w\[\],()]*\)", re.ASCII)


def _checked_url(url: SecretStr) -> SecretStr:
    if not _HTTP_URL.fullmatch(url.get_secret_value()):
        raise problem("is not an http:// or https:// URL", hint="Give the whole URL, such as http://127.0.0.1:8545.")
    return url


def _checked_signature(text: str) -> str:
    if not _SIGNATURE.fullmatch(text):
        hint = "Write the canonical signature, such as setProvider(string,address), without spaces or argument names."
        raise problem(f"holds {text[:80]!r}, which is not the signature of a call", hint=hint)
    return text


class NetworkSettings(StrictModel):
    """A table [networks.NAME]."""

    name: str
    """The name of the table; not a key of the file."""
    chain_id: Annotated[int, Field(ge=1, lt=2**63)]
    rpc_url: Annotated[SecretUrl, AfterValidator(_checked_url)] | None = None
    rpc_url_env: VariableName | None = None
    """The environment variable that holds the URL of the node, for URLs with a key in them."""
    second_rpc_url: Annotated[SecretUrl, AfterValidator(_checked_url)] | None = None
    """A node of somebody else, which must agree with the first before anything is signed for a Safe."""
    second_rpc_url_env: VariableName | None = None
    """The environment variable that holds the URL of the second node."""
    production: bool = False
    """Whether real money moves here: then no lone key moves any, but for `allow_lone_key`."""
    manifest: LaxPath | None = None
    """The deployment manifest; without one, `deployments/NAME.json`, except on production networks."""
    spec: LaxPath | None = None
    policy: LaxPath | None = None
    safe: ChecksumAddress | None = None
    signer: str | None = None
    max_fee_gwei: GweiText | None = None
    batch_size: Annotated[int, Field(ge=1)] | None = None
    """How many payments one call may hold; without it, as many as `hokctl invoice pay` takes by itself."""
    deployment_block: Annotated[int, Field(ge=0)] = 0
    """The first block that can hold an event of the deployment."""
    confirmations: Annotated[int, Field(ge=0)] | None = None
    """How many blocks behind the head a block is taken for certain; without it what the node calls finalized."""
    proposals: LaxPath
    """The shared folder of Safe proposals."""
    allow_lone_key: Annotated[tuple[Annotated[str, AfterValidator(_checked_signature)], ...], Field(strict=False)] = ()
    """Signatures of the calls that one externally owned account may make on a production network."""
    transaction_service: Annotated[SecretUrl, AfterValidator(_checked_url)] | None = None
    """The base URL of the Safe Transaction Service that holds proposals beside the folder."""
    transaction_service_env: VariableName | None = None
    """The environment variable that holds that URL."""
    transaction_service_key_env: VariableName | None = None
    """The environment variable that holds the API key for the Transaction Service."""
    explorer: Literal["sourcify", "etherscan", "blockscout"] = "sourcify"
    """The interface of the explorer that sources are published at."""
    explorer_url: Annotated[SecretUrl, AfterValidator(_checked_url)] | None = None
    """The base URL of the explorer's API; needed for blockscout."""
    explorer_key_env: VariableName | None = None
    """The environment variable that holds the API key for the explorer."""

    @field_validator("rpc_url_env")
    @classmethod
    def _one_node(cls, variable: str | None, info: ValidationInfo) -> str | None:
        if variable is not None and info.data.get("rpc_url") is not None:
            raise problem("contradicts rpc_url beside it", hint="Keep one of rpc_url and rpc_url_env.")
        return variable

    @field_validator("transaction_service_env")
    @classmethod
    def _one_service(cls, variable: str | None, info: ValidationInfo) -> str | None:
        if variable is not None and info.data.get("transaction_service") is not None:
            hint = "Keep one of transaction_service and transaction_service_env."
            raise problem("contradicts transaction_service beside it", hint=hint)
        return variable

    @field_validator("production")
    @classmethod
    def _production_where_money_moves(cls, value: bool, info: ValidationInfo) -> bool:
        chain_id = info.data.get("chain_id")
        if not value and chain_id in PRODUCTION_CHAINS:
            raise problem(f"cannot be false: real money moves on chain {chain_id}", hint="Leave the key out.")
        return value

    @field_validator("safe")
    @classmethod
    def _safe_of_this_chain(cls, value: str | None, info: ValidationInfo) -> ChecksumAddress | None:
        chain_id = info.data.get("chain_id")
        if value is None or chain_id is None:
            return None
        return translated(lambda: parse_address(value, chain_id))

    @property
    def max_fee_wei(self) -> int | None:
        """The most that a unit of gas may cost, in wei; None when nobody said."""
        return None if self.max_fee_gwei is None else parse_units(self.max_fee_gwei, GWEI_DECIMALS, "gwei")

    def node_url(self) -> str:
        """Return the URL of the node. It may hold a key: connect to it, never show it.

        Raises NoNodeError, MissingSecretError and InvalidNodeUrlError.
        """
        url = self._url(self.rpc_url, self.rpc_url_env)
        if url is None:
            raise NoNodeError(self.name)
        return url

    def second_node_url(self) -> str | None:
        """Return the URL of the second node, None without one. It may hold a key: connect to it, never show it.

        Raises MissingSecretError and InvalidNodeUrlError.
        """
        return self._url(self.second_rpc_url, self.second_rpc_url_env)

    def service_url(self) -> str | None:
        """Return the base URL of the Transaction Service, None without one: ask it, never show its path.

        Raises MissingSecretError and InvalidNodeUrlError.
        """
        return self._url(self.transaction_service, self.transaction_service_env, what="Transaction Service")

    def service_key(self) -> str | None:
        """Return the API key for the Transaction Service, None without one. Raises MissingSecretError."""
        variable = self.transaction_service_key_env
        return None if variable is None else secret_from_environment(variable).strip()

    def explorer_address(self) -> str | None:
        """Return the base URL of the explorer's API, None without one: ask it, never show its path."""
        return self._url(self.explorer_url, None, what="explorer")

    def explorer_key(self) -> str | None:
        """Return the API key for the explorer, None without one. Raises MissingSecretError."""
        variable = self.explorer_key_env
        return None if variable is None else secret_from_environment(variable).strip()

    def _url(self, written: SecretStr | None, variable: str | None, *, what: str = "node") -> str | None:
        if written is not None:
            remember_url(written.get_secret_value())
            return written.get_secret_value()
        if variable is None:
            return None
        url = secret_from_environment(variable)
        if not _HTTP_URL.fullmatch(url):
            raise InvalidNodeUrlError(variable, self.name, what=what)
        return url
