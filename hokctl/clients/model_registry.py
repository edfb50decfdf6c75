"""ModelRegistry: which models there are, under a number or a text, with tokens and pools. Source: interface v2.0.0."""

from dataclasses import dataclass
from typing import cast

from eth_typing import ChecksumAddress

from hokctl.chain.reads import Read
from hokctl.clients.base import Values, as_address, as_bool, as_int, as_str
from hokctl.clients.ownable import Ownable2Step
from hokctl.domain.calls import Call
from hokctl.domain.units import ModelId

_INFO = ("address", "string", "bool")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is registered about a model; all empty where nothing is."""

    token_address: ChecksumAddress
    performance_metric: str
    active: bool


class ModelRegistry(Ownable2Step):
    """The registry. Numbered and named models are two separate lists; pools are named only."""

    contract_name = "ModelRegistry"

    def is_string_registered(self, model_id: ModelId) -> Read[bool]:
        """Whether a named model is registered."""
        return self._read("isStringRegistered(string)", ("bool",), (model_id,), as_bool)

    def is_string_model_registered(self, model_id: ModelId) -> Read[bool]:
        """The same as `is_string_registered`."""
        return self._read("isStringModelRegistered(string)", ("bool",), (model_id,), as_bool)

    def models_by_string(self, model_id: ModelId) -> Read[ModelInfo]:
        """What is registered about a named model."""
        return self._read("modelsByString(string)", _INFO, (model_id,), _as_info)

    def get_string_token(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The token of a named model; reverts where there is none."""
        return self._read("getStringToken(string)", ("address",), (model_id,), as_address)

    def get_string_model_id(self, token_address: ChecksumAddress) -> Read[str]:
        """The name of a token's model; reverts where there is none."""
        return self._read("getStringModelId(address)", ("string",), (token_address,), as_str)

    def token_to_string_model(self, token_address: ChecksumAddress) -> Read[str]:
        """The name of a token's model, empty where there is none."""
        return self._read("tokenToStringModel(address)", ("string",), (token_address,), as_str)

    def has_pool(self, model_id: ModelId) -> Read[bool]:
        """Whether a pool is registered for `model_id`."""
        return self._read("hasPool(string)", ("bool",), (model_id,), as_bool)

    def get_pool(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The registered pool of `model_id`, the zero address where there is none (v2.0.0 may revert)."""
        return self._read("getPool(string)", ("address",), (model_id,), as_address)

    def model_pools(self, model_id: ModelId) -> Read[ChecksumAddress]:
        """The registered pool of `model_id`, the zero address where there is none."""
        return self._read("modelPools(string)", ("address",), (model_id,), as_address)

    def exists(self, number: int) -> Read[bool]:
        """Whether a numbered model is registered."""
        return self._read("exists(uint256)", ("bool",), (number,), as_bool)

    def is_registered(self, number: int) -> Read[bool]:
        """The same as `exists`."""
        return self._read("isRegistered(uint256)", ("bool",), (number,), as_bool)

    def is_model_registered(self, number: int) -> Read[bool]:
        """The same as `exists`."""
        return self._read("isModelRegistered(uint256)", ("bool",), (number,), as_bool)

    def models(self, number: int) -> Read[ModelInfo]:
        """What is registered about a numbered model."""
        return self._read("models(uint256)", _INFO, (number,), _as_info)

    def get_model(self, number: int) -> Read[ModelInfo]:
        """What is registered about a numbered model; reverts where nothing is."""
        return self._read("getModel(uint256)", ("(address,string,bool)",), (number,), _as_info_struct)

    def get_metric(self, number: int) -> Read[str]:
        """What a numbered model is measured by; reverts where there is none."""
        return self._read("getMetric(uint256)", ("string",), (number,), as_str)

    def get_token(self, number: int) -> Read[ChecksumAddress]:
        """The token of a numbered model; reverts where there is none."""
        return self._read("getToken(uint256)", ("address",), (number,), as_address)

    def get_token_address(self, number: int) -> Read[ChecksumAddress]:
        """The same as `get_token`."""
        return self._read("getTokenAddress(uint256)", ("address",), (number,), as_address)

    def get_model_id(self, token_address: ChecksumAddress) -> Read[int]:
        """The number of a token's model; reverts where there is none."""
        return self._read("getModelId(address)", ("uint256",), (token_address,), as_int)

    def token_to_model(self, token_address: ChecksumAddress) -> Read[int]:
        """The number of a token's model, 0 where there is none."""
        return self._read("tokenToModel(address)", ("uint256",), (token_address,), as_int)

    def next_model_id(self) -> Read[int]:
        """The number that the next automatic registration tries first."""
        return self._read("nextModelId()", ("uint256",), (), as_int)

    def register_string_model(
        self, model_id: ModelId, token: ChecksumAddress, performance_metric: str, *, purpose: str
    ) -> Call:
        """Register a named model. Owner."""
        return self._call(
            "registerStringModel(string,address,string)",
            ("modelId", "token", "performanceMetric"),
            (model_id, token, performance_metric),
            purpose=purpose,
            requires=(self._owner,),
        )

    def register_pool(self, model_id: ModelId, pool: ChecksumAddress, *, purpose: str) -> Call:
        """Register the pool of `model_id`, once. Owner."""
        return self._call(
            "registerPool(string,address)",
            ("modelId", "pool"),
            (model_id, pool),
            purpose=purpose,
            requires=(self._owner,),
        )

    def register_model(self, number: int, token: ChecksumAddress, performance_metric: str, *, purpose: str) -> Call:
        """Register a numbered model. Owner."""
        return self._call(
            "registerModel(uint256,address,string)",
            ("modelId", "token", "performanceMetric"),
            (number, token, performance_metric),
            purpose=purpose,
            requires=(self._owner,),
        )

    def register_model_auto_id(self, token: ChecksumAddress, performance_metric: str, *, purpose: str) -> Call:
        """Register a numbered model under the next free number. Owner."""
        return self._call(
            "registerModelAutoId(address,string)",
            ("token", "performanceMetric"),
            (token, performance_metric),
            purpose=purpose,
            requires=(self._owner,),
        )

    def deactivate_model(self, number: int, *, purpose: str) -> Call:
        """Mark a numbered model as no longer active. Owner."""
        return self._call("deactivateModel(uint256)", ("modelId",), (number,), purpose=purpose, requires=(self._owner,))

    def update_metric(self, number: int, new_metric: str, *, purpose: str) -> Call:
        """Change what a numbered model is measured by. Owner."""
        return self._call(
            "updateMetric(uint256,string)",
            ("modelId", "newMetric"),
            (number, new_metric),
            purpose=purpose,
            requires=(self._owner,),
        )

    def update_model(self, number: int, new_token: ChecksumAddress, *, purpose: str) -> Call:
        """Give a numbered model another token. Owner."""
        return self._call(
            "updateModel(uint256,address)",
            ("modelId", "newToken"),
            (number, new_token),
            purpose=purpose,
            requires=(self._owner,),
        )


def _as_info(values: Values) -> ModelInfo:
    token, metric, active = cast("tuple[ChecksumAddress, str, bool]", values)
    return ModelInfo(token_address=token, performance_metric=metric, active=active)


def _as_info_struct(values: Values) -> ModelInfo:
    return _as_info(cast("Values", values[0]))
