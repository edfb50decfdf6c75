"""TokenManager: deploys the token and the parameters of each model, and mints. Source: interface v2.0.0."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.access_control import LastAdminGuard
from hokctl.clients.base import Values, as_address, as_bool, as_int, as_role, as_str
from hokctl.clients.codec import word_from_hex
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.calls import Call
from hokctl.domain.roles import DEFAULT_ADMIN_ROLE, DEPLOYER_ROLE, MINTER_ROLE, RoleId
from hokctl.domain.units import ModelId


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialParams:
    """The parameters that a model starts with; `license_hash` is 0x and 64 hex digits."""

    tokens_per_delta_one: int
    infrastructure_accrual_bps: int
    license_hash: str
    license_uri: str
    governor: ChecksumAddress

    def values(self) -> Values:
        """Return the parameters as the contract's struct."""
        return (
            self.tokens_per_delta_one,
            self.infrastructure_accrual_bps,
            word_from_hex(self.license_hash),
            self.license_uri,
            self.governor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """The token that a model gets. The supply is in base units of 18 decimals and goes to the TokenManager."""

    model_id: ModelId
    name: str
    symbol: str
    total_supply_units: int


class TokenManager(LastAdminGuard, Ownable2Step):
    """The manager of all model tokens. Amounts of tokens are base units of 18 decimals."""

    contract_name = "TokenManager"

    def get_token_address(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The token of `model_id`; reverts where there is none."""
        return self._read("getTokenAddress(string)", ("address",), (model_id,), as_address)

    def get_params_address(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The parameter contract of `model_id`; reverts where there is none."""
        return self._read("getParamsAddress(string)", ("address",), (model_id,), as_address)

    def get_model_id(self, token_address: ChecksumAddress) -> Read[str]:
        """The model of a token; reverts for a foreign address."""
        return self._read("getModelId(address)", ("string",), (token_address,), as_str)

    def has_token(self, model_id: ModelId) -> Read[bool]:
        """Whether `model_id` has a token."""
        return self._read("hasToken(string)", ("bool",), (model_id,), as_bool)

    def has_params(self, model_id: ModelId) -> Read[bool]:
        """Whether `model_id` has a parameter contract."""
        return self._read("hasParams(string)", ("bool",), (model_id,), as_bool)

    def model_tokens(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The token of `model_id`, the zero address where there is none."""
        return self._read("modelTokens(string)", ("address",), (model_id,), as_address)

    def model_params(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The parameter contract of `model_id`, the zero address where there is none."""
        return self._read("modelParams(string)", ("address",), (model_id,), as_address)

    def token_to_model(self, token_address: ChecksumAddress) -> Read[str]:
        """The model of a token, empty for a foreign address."""
        return self._read("tokenToModel(address)", ("string",), (token_address,), as_str)

    def registry(self) -> Read[ChecksumAddress]:
        """The model registry."""
        return self._read("registry()", ("address",), (), as_address)

    def delta_verifier(self) -> Read[ChecksumAddress]:
        """Who may mint and burn beside the minters and the owner, the zero address when nobody."""
        return self._read("deltaVerifier()", ("address",), (), as_address)

    def deployment_fee(self) -> Read[int]:
        """What deploying a token costs, in wei."""
        return self._read("deploymentFee()", ("uint256",), (), as_int)

    def fee_recipient(self) -> Read[ChecksumAddress]:
        """Who receives the deployment fee."""
        return self._read("feeRecipient()", ("address",), (), as_address)

    def deployer_role(self) -> Read[RoleId]:
        """The id of DEPLOYER_ROLE."""
        return self._read("DEPLOYER_ROLE()", ("bytes32",), (), as_role)

    def minter_role(self) -> Read[RoleId]:
        """The id of MINTER_ROLE."""
        return self._read("MINTER_ROLE()", ("bytes32",), (), as_role)

    def deploy_token(self, token: NewToken, *, purpose: str, fee_wei: int = 0) -> Call:
        """Deploy a model's token with default parameters, governed by the manager's owner. DEPLOYER_ROLE.

        v2.0.0 lets anyone. `fee_wei` is the deployment fee.
        """
        return self._call(
            "deployToken(string,string,string,uint256)",
            ("modelId", "name", "symbol", "totalSupply"),
            (token.model_id, token.name, token.symbol, token.total_supply_units),
            purpose=purpose,
            requires=(self._role(DEPLOYER_ROLE),),
            value=fee_wei,
        )

    def deploy_token_with_params(
        self, token: NewToken, initial_params: InitialParams, *, purpose: str, fee_wei: int = 0
    ) -> Call:
        """Deploy a model's token with these parameters. DEPLOYER_ROLE; v2.0.0 lets anyone."""
        return self._call(
            "deployTokenWithParams(string,string,string,uint256,(uint256,uint16,bytes32,string,address))",
            ("modelId", "name", "symbol", "totalSupply", "initialParams"),
            (token.model_id, token.name, token.symbol, token.total_supply_units, initial_params.values()),
            purpose=purpose,
            requires=(self._role(DEPLOYER_ROLE),),
            value=fee_wei,
        )

    def mint_tokens(self, model_id: ModelId, recipient: ChecksumAddress, amount_units: int, *, purpose: str) -> Call:
        """Create tokens of `model_id`. MINTER_ROLE; the owner and the delta verifier may too."""
        return self._call(
            "mintTokens(string,address,uint256)",
            ("modelId", "recipient", "amount"),
            (model_id, recipient, amount_units),
            purpose=purpose,
            requires=(self._role(MINTER_ROLE),),
        )

    def batch_mint_tokens(
        self, model_id: ModelId, mints: Sequence[tuple[ChecksumAddress, int]], *, purpose: str
    ) -> Call:
        """Create tokens of `model_id` for up to 100 (recipient, base units). MINTER_ROLE, as `mint_tokens`."""
        return self._call(
            "batchMintTokens(string,address[],uint256[])",
            ("modelId", "recipients", "amounts"),
            (model_id, tuple(recipient for recipient, _ in mints), tuple(units for _, units in mints)),
            purpose=purpose,
            requires=(self._role(MINTER_ROLE),),
        )

    def burn_tokens(self, model_id: ModelId, account: ChecksumAddress, amount_units: int, *, purpose: str) -> Call:
        """Destroy tokens of any holder, without an allowance. MINTER_ROLE, as `mint_tokens`."""
        return self._call(
            "burnTokens(string,address,uint256)",
            ("modelId", "account", "amount"),
            (model_id, account, amount_units),
            purpose=purpose,
            requires=(self._role(MINTER_ROLE),),
        )

    def authorize_amm(self, amm: ChecksumAddress, *, purpose: str) -> Call:
        """Let a pool mint. The owner, who must hold DEFAULT_ADMIN_ROLE too."""
        return self._call(
            "authorizeAMM(address)",
            ("amm",),
            (amm,),
            purpose=purpose,
            requires=(self._owner, self._role(DEFAULT_ADMIN_ROLE)),
        )

    def revoke_amm(self, amm: ChecksumAddress, *, purpose: str) -> Call:
        """Take minting from a pool. The owner, who must hold DEFAULT_ADMIN_ROLE too."""
        return self._call(
            "revokeAMM(address)",
            ("amm",),
            (amm,),
            purpose=purpose,
            requires=(self._owner, self._role(DEFAULT_ADMIN_ROLE)),
        )

    def set_delta_verifier(self, delta_verifier: ChecksumAddress, *, purpose: str) -> Call:
        """Set who may mint and burn beside the minters. Owner."""
        return self._call(
            "setDeltaVerifier(address)",
            ("deltaVerifier_",),
            (delta_verifier,),
            purpose=purpose,
            requires=(self._owner,),
        )

    def set_deployment_fee(self, fee_wei: int, *, purpose: str) -> Call:
        """Set what deploying a token costs, in wei. Owner."""
        return self._call("setDeploymentFee(uint256)", ("fee",), (fee_wei,), purpose=purpose, requires=(self._owner,))

    def set_fee_recipient(self, recipient: ChecksumAddress, *, purpose: str) -> Call:
        """Set who receives the deployment fee. Owner."""
        return self._call(
            "setFeeRecipient(address)", ("recipient",), (recipient,), purpose=purpose, requires=(self._owner,)
        )
