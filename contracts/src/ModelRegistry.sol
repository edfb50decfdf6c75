// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TwoStepOwnable} from "./TwoStepOwnable.sol";
import {EmptyString, ZeroAddress} from "./Errors.sol";

/// @title Register of models, their tokens and pools
/// @notice Models are registered under a number or under a text; pools under a text. The owner writes.
contract ModelRegistry is TwoStepOwnable {
    /// @notice What is known of a model.
    struct ModelInfo {
        address tokenAddress;
        string performanceMetric;
        bool active;
    }

    /// @dev `ModelInfo` packed: token and flag share a slot.
    struct Model {
        address token;
        bool active;
        string metric;
    }

    /// @notice Number that `registerModelAutoId` tries next.
    uint256 public nextModelId = 1;

    mapping(uint256 modelId => Model model) private _models;
    mapping(string modelId => Model model) private _stringModels;
    /// @dev Number of a token plus one, since zero is a number too; zero where there is none.
    mapping(address token => uint256 number) private _numberOf;
    /// @notice Text id of a token, empty where there is none.
    mapping(address token => string modelId) public tokenToStringModel;
    /// @notice Registered pool of a model, zero where there is none.
    mapping(string modelId => address pool) public modelPools;

    /// @notice The model id is taken.
    error ModelAlreadyRegistered();
    /// @notice The token belongs to a model.
    error TokenAlreadyRegistered(address token);
    /// @notice No such model.
    error ModelNotRegistered();
    /// @notice The token belongs to no model.
    error TokenNotRegistered(address token);
    /// @notice The model has a pool.
    error PoolAlreadyRegistered(address pool);

    /// @notice A numbered model's metric changed.
    event MetricUpdated(uint256 indexed modelId, string newMetric);
    /// @notice A numbered model is no longer active.
    event ModelDeactivated(uint256 indexed modelId);
    /// @notice A model was registered under a number.
    event ModelRegistered(uint256 indexed modelId, address indexed tokenAddress, string performanceMetric);
    /// @notice A numbered model has another token.
    event ModelUpdated(uint256 indexed modelId, address indexed newTokenAddress);
    /// @notice A model's pool was registered.
    event PoolRegistered(string indexed modelId, address indexed poolAddress);
    /// @notice A model was registered under a text.
    event StringModelRegistered(string indexed modelId, address indexed tokenAddress, string performanceMetric);

    /// @notice Registers a model under a number. Owner.
    /// @param modelId A free number.
    /// @param token The model's token.
    /// @param performanceMetric What the model is measured by.
    function registerModel(uint256 modelId, address token, string memory performanceMetric) external onlyOwner {
        _register(modelId, token, performanceMetric);
    }

    /// @notice Registers a model under the next free number. Owner.
    /// @param token The model's token.
    /// @param performanceMetric What the model is measured by.
    /// @return modelId The number.
    function registerModelAutoId(address token, string memory performanceMetric)
        external
        onlyOwner
        returns (uint256 modelId)
    {
        modelId = nextModelId;
        while (_models[modelId].token != address(0)) ++modelId;
        nextModelId = modelId + 1;
        _register(modelId, token, performanceMetric);
    }

    /// @notice Registers a model under a text. Owner.
    /// @param modelId A free id, byte for byte.
    /// @param token The model's token.
    /// @param performanceMetric What the model is measured by.
    function registerStringModel(string memory modelId, address token, string memory performanceMetric)
        external
        onlyOwner
    {
        if (bytes(modelId).length == 0) revert EmptyString();
        if (bytes(tokenToStringModel[token]).length != 0) revert TokenAlreadyRegistered(token);
        _fill(_stringModels[modelId], token, performanceMetric);
        tokenToStringModel[token] = modelId;
        emit StringModelRegistered(modelId, token, performanceMetric);
    }

    /// @notice Registers a model's pool, once. Owner.
    /// @param modelId Model id.
    /// @param pool The pool.
    function registerPool(string memory modelId, address pool) external onlyOwner {
        if (bytes(modelId).length == 0) revert EmptyString();
        if (pool == address(0)) revert ZeroAddress();
        address registered = modelPools[modelId];
        if (registered != address(0)) revert PoolAlreadyRegistered(registered);
        modelPools[modelId] = pool;
        emit PoolRegistered(modelId, pool);
    }

    /// @notice Marks a numbered model as no longer active. Owner.
    /// @param modelId The number.
    function deactivateModel(uint256 modelId) external onlyOwner {
        _model(modelId).active = false;
        emit ModelDeactivated(modelId);
    }

    /// @notice Changes a numbered model's metric. Owner.
    /// @param modelId The number.
    /// @param newMetric What the model is measured by from now on.
    function updateMetric(uint256 modelId, string memory newMetric) external onlyOwner {
        if (bytes(newMetric).length == 0) revert EmptyString();
        _model(modelId).metric = newMetric;
        emit MetricUpdated(modelId, newMetric);
    }

    /// @notice Gives a numbered model another token. Owner.
    /// @param modelId The number.
    /// @param newToken A token that belongs to no numbered model.
    function updateModel(uint256 modelId, address newToken) external onlyOwner {
        Model storage model = _model(modelId);
        if (newToken == address(0)) revert ZeroAddress();
        delete _numberOf[model.token];
        _assignNumber(newToken, modelId);
        model.token = newToken;
        emit ModelUpdated(modelId, newToken);
    }

    /// @notice Whether the number is taken.
    function exists(uint256 modelId) external view returns (bool) {
        return isModelRegistered(modelId);
    }

    /// @notice Whether the number is taken.
    function isRegistered(uint256 modelId) external view returns (bool) {
        return isModelRegistered(modelId);
    }

    /// @notice Whether the text id is taken.
    function isStringRegistered(string memory modelId) external view returns (bool) {
        return isStringModelRegistered(modelId);
    }

    /// @notice Metric of a numbered model.
    function getMetric(uint256 modelId) external view returns (string memory) {
        return _model(modelId).metric;
    }

    /// @notice A numbered model; reverts where there is none.
    function getModel(uint256 modelId) external view returns (ModelInfo memory) {
        return _info(_model(modelId));
    }

    /// @notice Number of a token; reverts where there is none.
    function getModelId(address tokenAddress) external view returns (uint256) {
        uint256 number = _numberOf[tokenAddress];
        if (number == 0) revert TokenNotRegistered(tokenAddress);
        return number - 1;
    }

    /// @notice Registered pool of a model, zero where there is none.
    function getPool(string memory modelId) external view returns (address) {
        return modelPools[modelId];
    }

    /// @notice Text id of a token; reverts where there is none.
    function getStringModelId(address tokenAddress) external view returns (string memory modelId) {
        modelId = tokenToStringModel[tokenAddress];
        if (bytes(modelId).length == 0) revert TokenNotRegistered(tokenAddress);
    }

    /// @notice Token of a text id; reverts where there is none.
    function getStringToken(string memory modelId) external view returns (address token) {
        token = _stringModels[modelId].token;
        if (token == address(0)) revert ModelNotRegistered();
    }

    /// @notice Token of a numbered model; reverts where there is none.
    function getToken(uint256 modelId) external view returns (address) {
        return _model(modelId).token;
    }

    /// @notice Token of a numbered model; reverts where there is none.
    function getTokenAddress(uint256 modelId) external view returns (address) {
        return _model(modelId).token;
    }

    /// @notice Whether the model has a registered pool.
    function hasPool(string memory modelId) external view returns (bool) {
        return modelPools[modelId] != address(0);
    }

    /// @notice A numbered model, empty where there is none.
    function models(uint256 modelId)
        external
        view
        returns (address tokenAddress, string memory performanceMetric, bool active)
    {
        ModelInfo memory info = _info(_models[modelId]);
        return (info.tokenAddress, info.performanceMetric, info.active);
    }

    /// @notice A text-id model, empty where there is none.
    function modelsByString(string memory modelId)
        external
        view
        returns (address tokenAddress, string memory performanceMetric, bool active)
    {
        ModelInfo memory info = _info(_stringModels[modelId]);
        return (info.tokenAddress, info.performanceMetric, info.active);
    }

    /// @notice Number of a token, zero where there is none.
    function tokenToModel(address token) external view returns (uint256) {
        uint256 number = _numberOf[token];
        return number == 0 ? 0 : number - 1;
    }

    /// @notice Whether the number is taken.
    function isModelRegistered(uint256 modelId) public view returns (bool) {
        return _models[modelId].token != address(0);
    }

    /// @notice Whether the text id is taken.
    function isStringModelRegistered(string memory modelId) public view returns (bool) {
        return _stringModels[modelId].token != address(0);
    }

    function _register(uint256 modelId, address token, string memory metric) private {
        _fill(_models[modelId], token, metric);
        _assignNumber(token, modelId);
        emit ModelRegistered(modelId, token, metric);
    }

    function _fill(Model storage model, address token, string memory metric) private {
        if (token == address(0)) revert ZeroAddress();
        if (bytes(metric).length == 0) revert EmptyString();
        if (model.token != address(0)) revert ModelAlreadyRegistered();
        model.token = token;
        model.active = true;
        model.metric = metric;
    }

    function _assignNumber(address token, uint256 modelId) private {
        if (_numberOf[token] != 0) revert TokenAlreadyRegistered(token);
        _numberOf[token] = modelId + 1;
    }

    function _model(uint256 modelId) private view returns (Model storage model) {
        model = _models[modelId];
        if (model.token == address(0)) revert ModelNotRegistered();
    }

    function _info(Model storage model) private view returns (ModelInfo memory) {
        return ModelInfo({tokenAddress: model.token, performanceMetric: model.metric, active: model.active});
    }
}
