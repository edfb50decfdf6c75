// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";

/// @title Stand-in for the register of models as of v2.0.0
contract V2ModelRegistry is Ownable {
    struct ModelInfo {
        address tokenAddress;
        string performanceMetric;
        bool active;
    }

    uint256 public nextModelId = 1;
    mapping(uint256 modelId => ModelInfo info) public models;
    mapping(string modelId => ModelInfo info) public modelsByString;
    mapping(uint256 modelId => bool isTaken) public isModelRegistered;
    mapping(string modelId => bool isTaken) public isStringModelRegistered;
    mapping(address token => uint256 modelId) public tokenToModel;
    mapping(address token => string modelId) public tokenToStringModel;
    mapping(string modelId => address pool) public modelPools;

    event MetricUpdated(uint256 indexed modelId, string newMetric);
    event ModelRegistered(uint256 indexed modelId, address indexed tokenAddress, string performanceMetric);
    event ModelUpdated(uint256 indexed modelId, address indexed newTokenAddress);
    event PoolRegistered(string indexed modelId, address indexed poolAddress);
    event StringModelRegistered(string indexed modelId, address indexed tokenAddress, string performanceMetric);

    function registerModel(uint256 modelId, address token, string memory performanceMetric) public onlyOwner {
        _check(token, performanceMetric);
        require(!isModelRegistered[modelId], "Model already registered");
        require(tokenToModel[token] == 0, "Token already registered");
        isModelRegistered[modelId] = true;
        models[modelId] = ModelInfo(token, performanceMetric, true);
        tokenToModel[token] = modelId;
        emit ModelRegistered(modelId, token, performanceMetric);
    }

    function registerModelAutoId(address token, string memory performanceMetric) external returns (uint256 modelId) {
        modelId = nextModelId++;
        registerModel(modelId, token, performanceMetric);
    }

    function registerStringModel(string memory modelId, address token, string memory performanceMetric)
        external
        onlyOwner
    {
        require(bytes(modelId).length != 0, "Model ID cannot be empty");
        _check(token, performanceMetric);
        require(!isStringModelRegistered[modelId], "Model already registered");
        require(bytes(tokenToStringModel[token]).length == 0, "Token already registered");
        isStringModelRegistered[modelId] = true;
        modelsByString[modelId] = ModelInfo(token, performanceMetric, true);
        tokenToStringModel[token] = modelId;
        emit StringModelRegistered(modelId, token, performanceMetric);
    }

    function registerPool(string memory modelId, address pool) external onlyOwner {
        require(bytes(modelId).length != 0, "Model ID cannot be empty");
        require(pool != address(0), "Pool address cannot be zero");
        require(modelPools[modelId] == address(0), "Pool already exists");
        modelPools[modelId] = pool;
        emit PoolRegistered(modelId, pool);
    }

    function deactivateModel(uint256 modelId) external onlyOwner {
        _known(modelId).active = false;
    }

    function updateMetric(uint256 modelId, string memory newMetric) external onlyOwner {
        require(bytes(newMetric).length != 0, "Performance metric cannot be empty");
        _known(modelId).performanceMetric = newMetric;
        emit MetricUpdated(modelId, newMetric);
    }

    function updateModel(uint256 modelId, address newToken) external onlyOwner {
        require(newToken != address(0), "Token address cannot be zero");
        ModelInfo storage info = _known(modelId);
        delete tokenToModel[info.tokenAddress];
        info.tokenAddress = newToken;
        tokenToModel[newToken] = modelId;
        emit ModelUpdated(modelId, newToken);
    }

    function exists(uint256 modelId) external view returns (bool) {
        return isModelRegistered[modelId];
    }

    function isRegistered(uint256 modelId) external view returns (bool) {
        return isModelRegistered[modelId];
    }

    function isStringRegistered(string memory modelId) external view returns (bool) {
        return isStringModelRegistered[modelId];
    }

    function getMetric(uint256 modelId) external view returns (string memory) {
        return _known(modelId).performanceMetric;
    }

    function getModel(uint256 modelId) external view returns (ModelInfo memory) {
        return _known(modelId);
    }

    function getModelId(address tokenAddress) external view returns (uint256) {
        require(tokenToModel[tokenAddress] != 0, "Token not registered");
        return tokenToModel[tokenAddress];
    }

    function getPool(string memory modelId) external view returns (address) {
        return modelPools[modelId];
    }

    function getStringModelId(address tokenAddress) external view returns (string memory) {
        require(bytes(tokenToStringModel[tokenAddress]).length != 0, "Token not registered");
        return tokenToStringModel[tokenAddress];
    }

    function getStringToken(string memory modelId) external view returns (address) {
        require(isStringModelRegistered[modelId], "Model not registered");
        return modelsByString[modelId].tokenAddress;
    }

    function getToken(uint256 modelId) external view returns (address) {
        return _known(modelId).tokenAddress;
    }

    function getTokenAddress(uint256 modelId) external view returns (address) {
        return _known(modelId).tokenAddress;
    }

    function hasPool(string memory modelId) external view returns (bool) {
        return modelPools[modelId] != address(0);
    }

    function _known(uint256 modelId) private view returns (ModelInfo storage) {
        require(isModelRegistered[modelId], "Model not registered");
        return models[modelId];
    }

    function _check(address token, string memory metric) private pure {
        require(token != address(0), "Token address cannot be zero");
        require(bytes(metric).length != 0, "Performance metric cannot be empty");
    }
}
