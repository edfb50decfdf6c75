// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";

/// @title Stand-in for the register of models as on mainnet: a text id is a number's decimal digits
/// @dev "007" is model 7.
contract LiveModelRegistry is Ownable {
    struct ModelInfo {
        address tokenAddress;
        string performanceMetric;
        bool active;
    }

    uint256 public nextModelId = 1;
    bool public modelUpdatesEnabled;
    address public stringModelTokenManager;
    mapping(uint256 modelId => ModelInfo info) public models;
    mapping(uint256 modelId => bool isTaken) public isModelRegistered;
    mapping(uint256 modelId => bytes32 genesis) public weightGenesis;
    mapping(address token => uint256 modelId) public tokenToModel;
    mapping(address token => bool isTaken) public isTokenRegistered;
    mapping(address account => bool isAuthorized) public poolRegistrars;
    mapping(address pool => string modelId) public poolToStringModel;
    mapping(uint256 modelId => address pool) private _pools;

    event MetricUpdated(uint256 indexed modelId, string newMetric);
    event ModelDeactivated(uint256 indexed modelId);
    event ModelReactivated(uint256 indexed modelId);
    event ModelRegistered(uint256 indexed modelId, address indexed tokenAddress, string performanceMetric);
    event ModelUpdated(uint256 indexed modelId, address indexed newTokenAddress);
    event ModelUpdatesEnabledSet(bool enabled);
    event PoolRegistered(string indexed modelId, address indexed poolAddress);
    event PoolRegistrarUpdated(address indexed registrar, bool authorized);
    event StringMetricUpdated(string indexed modelId, string newMetric);
    event StringModelDeactivated(string indexed modelId);
    event StringModelReactivated(string indexed modelId);
    event StringModelRegistered(string indexed modelId, address indexed tokenAddress, string performanceMetric);
    event StringModelTokenManagerUpdated(address indexed tokenManager);
    event StringModelUpdated(string indexed modelId, address indexed newTokenAddress);
    event WeightGenesisSet(uint256 indexed modelId, bytes32 genesis);

    function registerModel(uint256 modelId, address token, string memory performanceMetric) external onlyOwner {
        _register(modelId, token, performanceMetric);
        emit ModelRegistered(modelId, token, performanceMetric);
    }

    function registerModelAutoId(address token, string memory performanceMetric)
        external
        onlyOwner
        returns (uint256 modelId)
    {
        modelId = nextModelId++;
        _register(modelId, token, performanceMetric);
        emit ModelRegistered(modelId, token, performanceMetric);
    }

    function registerStringModel(string memory modelId, address token, string memory performanceMetric)
        external
        onlyOwner
    {
        _register(_number(modelId), token, performanceMetric);
        emit StringModelRegistered(modelId, token, performanceMetric);
    }

    function registerPool(string memory modelId, address pool) external {
        if (!poolRegistrars[msg.sender]) _checkOwner();
        require(pool != address(0), "Pool address cannot be zero");
        _known(_number(modelId));
        require(_pools[_number(modelId)] == address(0), "Pool already exists");
        _pools[_number(modelId)] = pool;
        poolToStringModel[pool] = modelId;
        emit PoolRegistered(modelId, pool);
    }

    function deactivateModel(uint256 modelId) external onlyOwner {
        _known(modelId).active = false;
        emit ModelDeactivated(modelId);
    }

    function deactivateStringModel(string memory modelId) external onlyOwner {
        _known(_number(modelId)).active = false;
        emit StringModelDeactivated(modelId);
    }

    function reactivateModel(uint256 modelId) external onlyOwner {
        _known(modelId).active = true;
        emit ModelReactivated(modelId);
    }

    function reactivateStringModel(string memory modelId) external onlyOwner {
        _known(_number(modelId)).active = true;
        emit StringModelReactivated(modelId);
    }

    function updateMetric(uint256 modelId, string memory newMetric) external onlyOwner {
        _setMetric(modelId, newMetric);
        emit MetricUpdated(modelId, newMetric);
    }

    function updateStringMetric(string memory modelId, string memory newMetric) external onlyOwner {
        _setMetric(_number(modelId), newMetric);
        emit StringMetricUpdated(modelId, newMetric);
    }

    function updateModel(uint256 modelId, address newToken) external onlyOwner {
        _setToken(modelId, newToken);
        emit ModelUpdated(modelId, newToken);
    }

    function updateStringModel(string memory modelId, address newToken) external onlyOwner {
        _setToken(_number(modelId), newToken);
        emit StringModelUpdated(modelId, newToken);
    }

    function setModelUpdatesEnabled(bool enabled) external onlyOwner {
        modelUpdatesEnabled = enabled;
        emit ModelUpdatesEnabledSet(enabled);
    }

    function setPoolRegistrar(address registrar, bool authorized) external onlyOwner {
        poolRegistrars[registrar] = authorized;
        emit PoolRegistrarUpdated(registrar, authorized);
    }

    function setStringModelTokenManager(address tokenManager) external onlyOwner {
        stringModelTokenManager = tokenManager;
        emit StringModelTokenManagerUpdated(tokenManager);
    }

    function setWeightGenesis(uint256 modelId, bytes32 genesis) external onlyOwner {
        require(weightGenesis[modelId] == bytes32(0), "Genesis already set");
        _known(modelId);
        weightGenesis[modelId] = genesis;
        emit WeightGenesisSet(modelId, genesis);
    }

    function exists(uint256 modelId) external view returns (bool) {
        return isModelRegistered[modelId];
    }

    function isRegistered(uint256 modelId) external view returns (bool) {
        return isModelRegistered[modelId];
    }

    function isStringRegistered(string memory modelId) external view returns (bool) {
        return isStringModelRegistered(modelId);
    }

    function isActive(uint256 modelId) external view returns (bool) {
        return models[modelId].active;
    }

    function isModelActive(uint256 modelId) external view returns (bool) {
        return models[modelId].active;
    }

    function isModelActive(string memory modelId) external view returns (bool) {
        return isStringActive(modelId);
    }

    function getMetric(uint256 modelId) external view returns (string memory) {
        return _known(modelId).performanceMetric;
    }

    function getModel(uint256 modelId) external view returns (ModelInfo memory) {
        return _known(modelId);
    }

    function getModelId(address tokenAddress) external view returns (uint256) {
        require(isTokenRegistered[tokenAddress], "Token not registered");
        return tokenToModel[tokenAddress];
    }

    function getStringModelId(address tokenAddress) external view returns (string memory) {
        require(isTokenRegistered[tokenAddress], "Token not registered");
        return _digits(tokenToModel[tokenAddress]);
    }

    function getPool(string memory modelId) external view returns (address) {
        return modelPools(modelId);
    }

    function getStringToken(string memory modelId) external view returns (address) {
        return _known(_number(modelId)).tokenAddress;
    }

    function getToken(uint256 modelId) external view returns (address) {
        return _known(modelId).tokenAddress;
    }

    function getTokenAddress(uint256 modelId) external view returns (address) {
        return _known(modelId).tokenAddress;
    }

    function hasPool(string memory modelId) external view returns (bool) {
        return modelPools(modelId) != address(0);
    }

    function modelsByString(string memory modelId)
        external
        view
        returns (address tokenAddress, string memory performanceMetric, bool active)
    {
        ModelInfo memory info = models[_number(modelId)];
        return (info.tokenAddress, info.performanceMetric, info.active);
    }

    function isStringActive(string memory modelId) public view returns (bool) {
        return _isDecimal(modelId) && models[_number(modelId)].active;
    }

    function isStringModelRegistered(string memory modelId) public view returns (bool) {
        return _isDecimal(modelId) && isModelRegistered[_number(modelId)];
    }

    function modelPools(string memory modelId) public view returns (address) {
        return _isDecimal(modelId) ? _pools[_number(modelId)] : address(0);
    }

    function _register(uint256 modelId, address token, string memory metric) private {
        require(token != address(0), "Token address cannot be zero");
        require(bytes(metric).length != 0, "Performance metric cannot be empty");
        require(!isModelRegistered[modelId], "Model already registered");
        require(!isTokenRegistered[token], "Token already registered");
        isModelRegistered[modelId] = true;
        isTokenRegistered[token] = true;
        tokenToModel[token] = modelId;
        models[modelId] = ModelInfo(token, metric, true);
    }

    function _setMetric(uint256 modelId, string memory metric) private {
        require(bytes(metric).length != 0, "Performance metric cannot be empty");
        _known(modelId).performanceMetric = metric;
    }

    function _setToken(uint256 modelId, address newToken) private {
        require(modelUpdatesEnabled, "Model updates disabled");
        require(newToken != address(0), "Token address cannot be zero");
        require(!isTokenRegistered[newToken], "Token already registered");
        ModelInfo storage info = _known(modelId);
        delete isTokenRegistered[info.tokenAddress];
        delete tokenToModel[info.tokenAddress];
        info.tokenAddress = newToken;
        isTokenRegistered[newToken] = true;
        tokenToModel[newToken] = modelId;
    }

    function _known(uint256 modelId) private view returns (ModelInfo storage) {
        require(isModelRegistered[modelId], "Model not registered");
        return models[modelId];
    }

    function _isDecimal(string memory modelId) private pure returns (bool) {
        bytes memory text = bytes(modelId);
        for (uint256 i; i < text.length; ++i) {
            if (text[i] < "0" || text[i] > "9") return false;
        }
        return text.length != 0 && text.length < 78;
    }

    function _number(string memory modelId) private pure returns (uint256 number) {
        require(bytes(modelId).length != 0, "Model ID cannot be empty");
        require(_isDecimal(modelId), "Model ID must be decimal string");
        for (uint256 i; i < bytes(modelId).length; ++i) {
            number = number * 10 + uint8(bytes(modelId)[i]) - 48;
        }
    }

    function _digits(uint256 number) private pure returns (string memory text) {
        do {
            text = string.concat(string(abi.encodePacked(uint8(48 + number % 10))), text);
            number /= 10;
        } while (number != 0);
    }
}
