"""The register of models and pools."""

import pytest

from .chain import Refusal
from .harness import ZERO_ADDRESS, Model, Suite, topic

pytestmark = pytest.mark.contracts


def test_numbered_model_lives_through_its_changes(suite: Suite, model: Model) -> None:
    registry, token, other = suite.registry.functions, model.token.address, suite.people.guardian
    (registered,) = suite.send(registry.registerModel(0, token, "accuracy"))
    assert registered.args == {"modelId": 0, "tokenAddress": token.lower(), "performanceMetric": "accuracy"}
    assert registry.getModel(0).call() == (token, "accuracy", True)
    assert registry.models(0).call() == [token, "accuracy", True]
    assert registry.getModelId(token).call() == 0
    (changed,) = suite.send(registry.updateMetric(0, "f1"))
    assert changed.args == {"modelId": 0, "newMetric": "f1"}
    (updated,) = suite.send(registry.updateModel(0, other))
    assert updated.args == {"modelId": 0, "newTokenAddress": other.lower()}
    assert suite.refusal(registry.getModelId(token)) == Refusal("TokenNotRegistered", (token.lower(),))
    (deactivated,) = suite.send(registry.deactivateModel(0))
    assert (deactivated.name, deactivated.args) == ("ModelDeactivated", {"modelId": 0})
    assert registry.getModel(0).call() == (other, "f1", False)
    assert registry.getToken(0).call() == registry.getTokenAddress(0).call() == other
    assert registry.getMetric(0).call() == "f1"
    for known in (registry.exists, registry.isRegistered, registry.isModelRegistered):
        assert known(0).call()
        assert not known(1).call()


def test_automatic_numbers_skip_taken_ones(suite: Suite, model: Model) -> None:
    registry, people = suite.registry.functions, suite.people
    suite.send(registry.registerModel(1, model.token.address, "accuracy"))
    (registered,) = suite.send(registry.registerModelAutoId(people.guardian, "f1"))
    assert registered.args["modelId"] == 2
    assert registry.nextModelId().call() == 3
    assert registry.tokenToModel(people.guardian).call() == 2
    assert registry.tokenToModel(people.stranger).call() == 0


def test_text_model_and_pool_are_registered_once(suite: Suite, model: Model) -> None:
    registry, token, pool = suite.registry.functions, model.token.address, model.pool.address
    (registered,) = suite.send(registry.registerStringModel("alpha", token, "accuracy"))
    assert registered.args == {
        "modelId": topic("alpha"),
        "tokenAddress": token.lower(),
        "performanceMetric": "accuracy",
    }
    assert registry.modelsByString("alpha").call() == [token, "accuracy", True]
    assert registry.getStringToken("alpha").call() == token
    assert registry.getStringModelId(token).call() == registry.tokenToStringModel(token).call() == "alpha"
    assert registry.isStringRegistered("alpha").call()
    assert registry.isStringModelRegistered("alpha").call()
    (listed,) = suite.send(registry.registerPool("alpha", pool))
    assert listed.args == {"modelId": topic("alpha"), "poolAddress": pool.lower()}
    assert registry.getPool("alpha").call() == registry.modelPools("alpha").call() == pool
    assert registry.hasPool("alpha").call()
    guardian = suite.people.guardian
    assert suite.refusal(registry.registerPool("alpha", guardian)) == Refusal("PoolAlreadyRegistered", (pool.lower(),))
    again = registry.registerStringModel("alpha", guardian, "f1")
    assert suite.refusal(again) == Refusal("ModelAlreadyRegistered")
    same_token = registry.registerStringModel("beta", token, "f1")
    assert suite.refusal(same_token) == Refusal("TokenAlreadyRegistered", (token.lower(),))


def test_registry_refuses_what_makes_no_sense(suite: Suite, model: Model) -> None:
    registry, token = suite.registry.functions, model.token.address
    suite.send(registry.registerModel(1, token, "accuracy"))
    refusals = {
        registry.registerModel(1, suite.people.guardian, "f1"): Refusal("ModelAlreadyRegistered"),
        registry.registerModel(2, token, "f1"): Refusal("TokenAlreadyRegistered", (token.lower(),)),
        registry.registerModel(2, ZERO_ADDRESS, "f1"): Refusal("ZeroAddress"),
        registry.registerModel(2, suite.people.guardian, ""): Refusal("EmptyString"),
        registry.registerStringModel("", token, "f1"): Refusal("EmptyString"),
        registry.registerStringModel("a", ZERO_ADDRESS, "f1"): Refusal("ZeroAddress"),
        registry.registerPool("", token): Refusal("EmptyString"),
        registry.registerPool("a", ZERO_ADDRESS): Refusal("ZeroAddress"),
        registry.updateMetric(1, ""): Refusal("EmptyString"),
        registry.updateMetric(9, "f1"): Refusal("ModelNotRegistered"),
        registry.updateModel(1, ZERO_ADDRESS): Refusal("ZeroAddress"),
        registry.updateModel(9, token): Refusal("ModelNotRegistered"),
        registry.deactivateModel(9): Refusal("ModelNotRegistered"),
        registry.getModel(9): Refusal("ModelNotRegistered"),
        registry.getStringToken("x"): Refusal("ModelNotRegistered"),
        registry.getStringModelId(ZERO_ADDRESS): Refusal("TokenNotRegistered", (ZERO_ADDRESS,)),
    }
    for call, refusal in refusals.items():
        assert suite.refusal(call) == refusal
