// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {HokusaiAMM} from "./HokusaiAMM.sol";
import {PoolLimits} from "./PoolLimits.sol";
import {TwoStepOwnable} from "./TwoStepOwnable.sol";
import {IHokusaiToken} from "./interfaces/IHokusaiToken.sol";
import {ITokenManager} from "./interfaces/ITokenManager.sol";
import {EmptyString, PoolNotFound, TokenMismatch, ValueOutOfBounds, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Makes the pools of all models and administers them
/// @notice One pool per model id, for good. The owner acts on pools through the functions named `…Pool…`.
contract HokusaiAMMFactory is TwoStepOwnable {
    using SafeCast for uint256;

    /// @notice Smallest reserve ratio, parts per million.
    uint256 public constant MIN_CRR = PoolLimits.MIN_CRR;
    /// @notice Largest reserve ratio, parts per million.
    uint256 public constant MAX_CRR = PoolLimits.MAX_CRR;
    /// @notice Largest trade fee, basis points.
    uint256 public constant MAX_TRADE_FEE = PoolLimits.MAX_TRADE_FEE;
    /// @notice Shortest buy-only period, seconds.
    uint256 public constant MIN_IBR_DURATION = 1 days;
    /// @notice Longest buy-only period, seconds.
    uint256 public constant MAX_IBR_DURATION = 30 days;
    /// @notice Reserve at which a pool graduates, unless given.
    uint256 public constant defaultFlatCurveThreshold = 25_000e6;
    /// @notice Price before that, unless given: 0.01.
    uint256 public constant defaultFlatCurvePrice = 1e4;

    /// @notice The model registry.
    address public immutable modelRegistry;
    /// @notice Knows the models' tokens.
    address public immutable tokenManager;
    /// @notice The stablecoin.
    address public immutable reserveToken;
    /// @notice Code that all pools share; each pool is a clone of it.
    address public immutable poolImplementation;

    /// @notice Receives trade fees of pools made from now on.
    address public treasury;
    uint32 private _defaultCrr = 100_000;
    uint16 private _defaultTradeFee = 30;
    uint32 private _defaultIbrDuration = 7 days;

    /// @notice Pool of a model, zero where there is none.
    mapping(string modelId => address pool) public pools;
    /// @notice Model of a pool, empty for a foreign address.
    mapping(address pool => string modelId) public poolToModel;
    /// @notice Pools in the order of their making.
    address[] public allPools;

    /// @notice The model has a pool.
    error PoolAlreadyExists(address pool);
    /// @notice The address is no pool of this factory.
    error NotAPool(address account);
    /// @notice There are fewer pools than that.
    error IndexOutOfBounds(uint256 index, uint256 count);

    /// @notice Defaults for new pools changed.
    event DefaultsUpdated(uint256 newCrr, uint256 newTradeFee, uint256 newIbrDuration);
    /// @notice A pool was made.
    event PoolCreated(
        string indexed modelId,
        address indexed poolAddress,
        address indexed tokenAddress,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration
    );
    /// @notice Another account receives trade fees of pools made from now on.
    event TreasuryUpdated(address indexed newTreasury);

    /// @notice The deploying account becomes owner.
    /// @param _modelRegistry The model registry.
    /// @param _tokenManager Knows the models' tokens.
    /// @param _reserveToken The stablecoin.
    /// @param _treasury Receives trade fees.
    constructor(address _modelRegistry, address _tokenManager, address _reserveToken, address _treasury) {
        if (
            _modelRegistry == address(0) || _tokenManager == address(0) || _reserveToken == address(0)
                || _treasury == address(0)
        ) revert ZeroAddress();
        modelRegistry = _modelRegistry;
        tokenManager = _tokenManager;
        reserveToken = _reserveToken;
        treasury = _treasury;
        poolImplementation = address(new HokusaiAMM(_reserveToken, _tokenManager));
    }

    /// @notice Makes a pool with default parameters. Owner.
    /// @dev The pool still needs `TokenManager.authorizeAMM` to mint, and `ModelRegistry.registerPool` to be listed.
    /// @param modelId Model whose token the TokenManager deployed.
    /// @param tokenAddress That token.
    /// @return poolAddress The pool.
    function createPool(string memory modelId, address tokenAddress) external returns (address poolAddress) {
        return createPoolWithParams(
            modelId,
            tokenAddress,
            _defaultCrr,
            _defaultTradeFee,
            _defaultIbrDuration,
            defaultFlatCurveThreshold,
            defaultFlatCurvePrice
        );
    }

    /// @notice Sets the defaults for new pools. Owner.
    /// @param newCrr Reserve ratio, parts per million.
    /// @param newTradeFee Trade fee, basis points.
    /// @param newIbrDuration Buy-only period, seconds.
    function setDefaults(uint256 newCrr, uint256 newTradeFee, uint256 newIbrDuration) external onlyOwner {
        PoolLimits.check(newCrr, newTradeFee);
        _checkIbrDuration(newIbrDuration);
        _defaultCrr = uint32(newCrr);
        _defaultTradeFee = uint16(newTradeFee);
        _defaultIbrDuration = uint32(newIbrDuration);
        emit DefaultsUpdated(newCrr, newTradeFee, newIbrDuration);
    }

    /// @notice Sets who receives trade fees of pools made from now on. Owner.
    /// @param newTreasury Not zero.
    function setTreasury(address newTreasury) external onlyOwner {
        if (newTreasury == address(0)) revert ZeroAddress();
        treasury = newTreasury;
        emit TreasuryUpdated(newTreasury);
    }

    /// @notice Stops a pool's trading. Owner.
    /// @param modelId Model of the pool.
    function pausePool(string memory modelId) external onlyOwner {
        _pool(modelId).pause();
    }

    /// @notice Lets a pool's trading go on. Owner.
    /// @param modelId Model of the pool.
    function unpausePool(string memory modelId) external onlyOwner {
        _pool(modelId).unpause();
    }

    /// @notice Sets a pool's reserve ratio and trade fee. Owner.
    /// @param modelId Model of the pool.
    /// @param newCrr Reserve ratio, parts per million.
    /// @param newTradeFee Trade fee, basis points.
    function setPoolParameters(string memory modelId, uint256 newCrr, uint256 newTradeFee) external onlyOwner {
        _pool(modelId).setParameters(newCrr, newTradeFee);
    }

    /// @notice Sets a pool's largest trade. Owner.
    /// @param modelId Model of the pool.
    /// @param newMaxTradeBps Share of the reserve, basis points.
    function setPoolMaxTradeBps(string memory modelId, uint256 newMaxTradeBps) external onlyOwner {
        _pool(modelId).setMaxTradeBps(newMaxTradeBps);
    }

    /// @notice Sends a pool's tokens beyond its reserve to its treasury. Owner.
    /// @param modelId Model of the pool.
    /// @param amount Units of the reserve token.
    function withdrawPoolTreasury(string memory modelId, uint256 amount) external onlyOwner {
        _pool(modelId).withdrawTreasury(amount);
    }

    /// @notice Default reserve ratio, parts per million.
    function defaultCrr() external view returns (uint256) {
        return _defaultCrr;
    }

    /// @notice Default trade fee, basis points.
    function defaultTradeFee() external view returns (uint256) {
        return _defaultTradeFee;
    }

    /// @notice Default buy-only period, seconds.
    function defaultIbrDuration() external view returns (uint256) {
        return _defaultIbrDuration;
    }

    /// @notice All pools in the order of their making.
    function getAllPools() external view returns (address[] memory) {
        return allPools;
    }

    /// @notice Model of a pool; reverts for a foreign address.
    function getModelId(address poolAddress) external view returns (string memory modelId) {
        modelId = poolToModel[poolAddress];
        if (bytes(modelId).length == 0) revert NotAPool(poolAddress);
    }

    /// @notice Pool of a model, zero where there is none.
    function getPool(string memory modelId) external view returns (address) {
        return pools[modelId];
    }

    /// @notice A model's pool at a glance; reverts where there is none.
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
        HokusaiAMM pool = _pool(modelId);
        (reserveBalance,, spotPrice, crr, tradeFee) = pool.getPoolState();
        return (address(pool), pool.hokusaiToken(), crr, tradeFee, reserveBalance, spotPrice);
    }

    /// @notice Whether the model has a pool.
    function hasPool(string memory modelId) external view returns (bool) {
        return pools[modelId] != address(0);
    }

    /// @notice Whether the address is a pool of this factory.
    function isPool(address account) external view returns (bool) {
        return bytes(poolToModel[account]).length != 0;
    }

    /// @notice Pool by its place in the order of making.
    function poolAt(uint256 index) external view returns (address) {
        if (index >= allPools.length) revert IndexOutOfBounds(index, allPools.length);
        return allPools[index];
    }

    /// @notice Number of pools.
    function poolCount() external view returns (uint256) {
        return allPools.length;
    }

    /// @notice Makes a pool. Owner.
    /// @dev See `createPool`.
    /// @param modelId Model whose token the TokenManager deployed.
    /// @param tokenAddress That token.
    /// @param crr Reserve ratio, parts per million.
    /// @param tradeFee Trade fee, basis points.
    /// @param ibrDuration Buy-only period, seconds.
    /// @param flatCurveThreshold Reserve at which the pool graduates, not zero.
    /// @param flatCurvePrice Price before that, units per whole token, not zero.
    /// @return poolAddress The pool.
    function createPoolWithParams(
        string memory modelId,
        address tokenAddress,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration,
        uint256 flatCurveThreshold,
        uint256 flatCurvePrice
    ) public onlyOwner returns (address poolAddress) {
        if (bytes(modelId).length == 0) revert EmptyString();
        if (pools[modelId] != address(0)) revert PoolAlreadyExists(pools[modelId]);
        address registered = ITokenManager(tokenManager).modelTokens(modelId);
        if (tokenAddress == address(0) || registered != tokenAddress) revert TokenMismatch(registered, tokenAddress);
        _checkIbrDuration(ibrDuration);
        if (flatCurveThreshold == 0 || flatCurvePrice == 0) revert ZeroAmount();

        poolAddress = LibClone.clone(
            poolImplementation,
            abi.encodePacked(
                tokenAddress,
                IHokusaiToken(tokenAddress).params(),
                treasury,
                uint64(block.timestamp + ibrDuration),
                flatCurveThreshold.toUint128(),
                flatCurvePrice.toUint128(),
                modelId
            )
        );
        pools[modelId] = poolAddress;
        poolToModel[poolAddress] = modelId;
        allPools.push(poolAddress);
        emit PoolCreated(modelId, poolAddress, tokenAddress, crr, tradeFee, ibrDuration);
        HokusaiAMM(poolAddress).initialize(crr, tradeFee);
    }

    function _pool(string memory modelId) private view returns (HokusaiAMM pool) {
        pool = HokusaiAMM(pools[modelId]);
        if (address(pool) == address(0)) revert PoolNotFound();
    }

    function _checkIbrDuration(uint256 duration) private pure {
        if (duration < MIN_IBR_DURATION || duration > MAX_IBR_DURATION) {
            revert ValueOutOfBounds(duration, MIN_IBR_DURATION, MAX_IBR_DURATION);
        }
    }
}
