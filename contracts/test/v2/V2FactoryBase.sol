// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";
import {ITokens} from "./V2Interfaces.sol";
import {EmptyString, FeeTooHigh, InvalidAmount, ValueOutOfBounds, requireAddress} from "./V2Errors.sol";

/// @title What the pool factories of v2.0.0 and of mainnet have in common
abstract contract V2FactoryBase is Ownable {
    struct Shape {
        uint256 crr;
        uint256 tradeFee;
        uint256 ibrDuration;
        uint256 flatCurveThreshold;
        uint256 flatCurvePrice;
    }

    uint256 public constant MIN_CRR = 50_000;
    uint256 public constant MAX_TRADE_FEE = 1_000;
    uint256 public constant MIN_IBR_DURATION = 1 days;
    uint256 public constant MAX_IBR_DURATION = 30 days;

    address public immutable modelRegistry;
    address public immutable tokenManager;
    address public immutable reserveToken;
    address public treasury;
    uint256 public defaultCrr;
    uint256 public defaultTradeFee = 30;
    uint256 public defaultIbrDuration = 7 days;
    uint256 public defaultFlatCurveThreshold = 25_000e6;
    uint256 public defaultFlatCurvePrice = 1e4;
    mapping(string modelId => address pool) public pools;
    mapping(address pool => string modelId) public poolToModel;
    mapping(address pool => bool isKnown) public isPool;
    address[] public allPools;

    event DefaultsUpdated(uint256 newCrr, uint256 newTradeFee, uint256 newIbrDuration);
    event PoolCreated(
        string indexed modelId,
        address indexed poolAddress,
        address indexed tokenAddress,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration
    );
    event TreasuryUpdated(address indexed newTreasury);

    constructor(
        address _modelRegistry,
        address _tokenManager,
        address _reserveToken,
        address _treasury,
        uint256 initialCrr
    ) {
        requireAddress(_modelRegistry, "model registry");
        requireAddress(_tokenManager, "token manager");
        requireAddress(_reserveToken, "reserve token");
        requireAddress(_treasury, "treasury");
        modelRegistry = _modelRegistry;
        tokenManager = _tokenManager;
        reserveToken = _reserveToken;
        treasury = _treasury;
        defaultCrr = initialCrr;
    }

    function createPool(string memory modelId, address tokenAddress) external onlyOwner returns (address) {
        return _create(modelId, tokenAddress, _defaults());
    }

    function createPoolWithParams(
        string memory modelId,
        address tokenAddress,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration,
        uint256 flatCurveThreshold,
        uint256 flatCurvePrice
    ) external onlyOwner returns (address) {
        return _create(
            modelId, tokenAddress, Shape(crr, tradeFee, ibrDuration, flatCurveThreshold, flatCurvePrice)
        );
    }

    function setDefaults(uint256 newCrr, uint256 newTradeFee, uint256 newIbrDuration) external onlyOwner {
        _checkShape(newCrr, newTradeFee, newIbrDuration);
        defaultCrr = newCrr;
        defaultTradeFee = newTradeFee;
        defaultIbrDuration = newIbrDuration;
        emit DefaultsUpdated(newCrr, newTradeFee, newIbrDuration);
    }

    function setTreasury(address newTreasury) external onlyOwner {
        requireAddress(newTreasury, "treasury");
        treasury = newTreasury;
        emit TreasuryUpdated(newTreasury);
    }

    function getAllPools() external view returns (address[] memory) {
        return allPools;
    }

    function getModelId(address poolAddress) external view returns (string memory) {
        require(isPool[poolAddress], "Not a valid pool");
        return poolToModel[poolAddress];
    }

    function getPool(string memory modelId) external view returns (address) {
        return pools[modelId];
    }

    function getPoolInfo(string memory modelId)
        external
        view
        returns (
            address poolAddress,
            address tokenAddress,
            uint256 crr,
            uint256 tradeFee,
            uint256 reserveBalance,
            uint256 spotPrice
        )
    {
        poolAddress = pools[modelId];
        require(poolAddress != address(0), "Pool not found");
        IPoolState pool = IPoolState(poolAddress);
        return (
            poolAddress, pool.hokusaiToken(), pool.crr(), pool.tradeFee(), pool.reserveBalance(), pool.spotPrice()
        );
    }

    function hasPool(string memory modelId) external view returns (bool) {
        return pools[modelId] != address(0);
    }

    function poolAt(uint256 index) external view returns (address) {
        require(index < allPools.length, "Index out of bounds");
        return allPools[index];
    }

    function poolCount() external view returns (uint256) {
        return allPools.length;
    }

    function MAX_CRR() public pure virtual returns (uint256);

    function _make(string memory modelId, address token, Shape memory shape) internal virtual returns (address pool);

    function _create(string memory modelId, address token, Shape memory shape) internal returns (address pool) {
        if (bytes(modelId).length == 0) revert EmptyString("model ID");
        requireAddress(token, "token");
        require(pools[modelId] == address(0), "Pool already exists");
        string memory known = ITokens(tokenManager).getModelId(token);
        require(bytes(known).length != 0, "Token not registered with TokenManager");
        require(ITokens(tokenManager).getTokenAddress(modelId) == token, "Token address mismatch");
        _checkShape(shape.crr, shape.tradeFee, shape.ibrDuration);
        if (shape.flatCurveThreshold == 0) revert InvalidAmount("flat curve threshold");
        if (shape.flatCurvePrice == 0) revert InvalidAmount("flat curve price");
        pool = _make(modelId, token, shape);
        pools[modelId] = pool;
        poolToModel[pool] = modelId;
        isPool[pool] = true;
        allPools.push(pool);
        emit PoolCreated(modelId, pool, token, shape.crr, shape.tradeFee, shape.ibrDuration);
    }

    function _defaults() internal view returns (Shape memory) {
        return Shape(
            defaultCrr, defaultTradeFee, defaultIbrDuration, defaultFlatCurveThreshold, defaultFlatCurvePrice
        );
    }

    function _checkShape(uint256 crr, uint256 tradeFee, uint256 ibrDuration) private pure {
        if (crr < MIN_CRR || crr > MAX_CRR()) revert ValueOutOfBounds(crr, MIN_CRR, MAX_CRR());
        if (tradeFee > MAX_TRADE_FEE) revert FeeTooHigh(tradeFee, MAX_TRADE_FEE);
        if (ibrDuration < MIN_IBR_DURATION || ibrDuration > MAX_IBR_DURATION) {
            revert ValueOutOfBounds(ibrDuration, MIN_IBR_DURATION, MAX_IBR_DURATION);
        }
    }
}

interface IPoolState {
    function hokusaiToken() external view returns (address);
    function crr() external view returns (uint256);
    function tradeFee() external view returns (uint256);
    function reserveBalance() external view returns (uint256);
    function spotPrice() external view returns (uint256);
}
