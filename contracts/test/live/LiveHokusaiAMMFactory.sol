// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArrayEmpty, ArrayTooLarge, requireAddress} from "../v2/V2Errors.sol";
import {V2FactoryBase} from "../v2/V2FactoryBase.sol";
import {LiveHokusaiAMM} from "./LiveHokusaiAMM.sol";
import {LivePoolDeployer} from "./LivePoolDeployer.sol";
import {IRegistry} from "./LiveInterfaces.sol";

/// @title Stand-in for the pool factory as on mainnet: owner or pauser pause pools by model id, the owner unpauses
contract LiveHokusaiAMMFactory is V2FactoryBase {
    uint256 public constant MAX_PAUSE_BATCH = 50;

    address public pauser;
    address public poolDeployer;

    event PauserUpdated(address indexed previousPauser, address indexed newPauser);
    event PoolCreatedWithWhitelist(
        string indexed modelId, address indexed poolAddress, address indexed whitelistAddress
    );
    event PoolDeployerUpdated(address indexed poolDeployer);
    event PoolPaused(string modelId, address indexed pool, address indexed caller);
    event PoolUnpaused(string modelId, address indexed pool, address indexed caller);

    modifier onlyPauser() {
        require(msg.sender == owner() || msg.sender == pauser, "Caller is not owner or pauser");
        _;
    }

    constructor(address _modelRegistry, address _tokenManager, address _reserveToken, address _treasury)
        V2FactoryBase(_modelRegistry, _tokenManager, _reserveToken, _treasury, 200_000)
    {}

    function createPoolWithWhitelist(string memory modelId, address tokenAddress, address purchaserWhitelist)
        external
        onlyOwner
        returns (address)
    {
        return _createListed(modelId, tokenAddress, _defaults(), purchaserWhitelist);
    }

    function createPoolWithParamsAndWhitelist(
        string memory modelId,
        address tokenAddress,
        uint256 crr,
        uint256 tradeFee,
        uint256 ibrDuration,
        uint256 flatCurveThreshold,
        uint256 flatCurvePrice,
        address purchaserWhitelist
    ) external onlyOwner returns (address) {
        Shape memory shape = Shape(crr, tradeFee, ibrDuration, flatCurveThreshold, flatCurvePrice);
        return _createListed(modelId, tokenAddress, shape, purchaserWhitelist);
    }

    function setPoolDeployer(address _poolDeployer) external onlyOwner {
        requireAddress(_poolDeployer, "pool deployer");
        require(poolDeployer == address(0), "Pool deployer already set");
        poolDeployer = _poolDeployer;
        emit PoolDeployerUpdated(_poolDeployer);
    }

    function setPauser(address newPauser) external onlyOwner {
        emit PauserUpdated(pauser, newPauser);
        pauser = newPauser;
    }

    function pausePool(string memory modelId) external onlyPauser {
        _pausePool(modelId);
    }

    function pausePools(string[] memory modelIds) external onlyPauser {
        _checkBatch(modelIds.length);
        for (uint256 i; i < modelIds.length; ++i) {
            _pausePool(modelIds[i]);
        }
    }

    /// @dev Pools that are paused already are passed over.
    function pauseAllPools(uint256 start, uint256 limit) external onlyPauser {
        if (limit > MAX_PAUSE_BATCH) revert ArrayTooLarge(limit, MAX_PAUSE_BATCH);
        for (uint256 i = start; i < allPools.length && i < start + limit; ++i) {
            if (!LiveHokusaiAMM(allPools[i]).paused()) _pausePool(poolToModel[allPools[i]]);
        }
    }

    function unpausePool(string memory modelId) external onlyOwner {
        _unpausePool(modelId);
    }

    function unpausePools(string[] memory modelIds) external onlyOwner {
        _checkBatch(modelIds.length);
        for (uint256 i; i < modelIds.length; ++i) {
            _unpausePool(modelIds[i]);
        }
    }

    function MAX_CRR() public pure override returns (uint256) {
        return 1_000_000;
    }

    function _make(string memory modelId, address token, Shape memory shape) internal override returns (address pool) {
        require(poolDeployer != address(0), "Pool deployer not set");
        require(IRegistry(modelRegistry).isStringRegistered(modelId), "Model not registered");
        require(IRegistry(modelRegistry).isStringActive(modelId), "Model is deactivated");
        pool = LivePoolDeployer(poolDeployer).deployPool(
            reserveToken,
            token,
            tokenManager,
            modelId,
            treasury,
            shape.crr,
            shape.tradeFee,
            shape.ibrDuration,
            shape.flatCurveThreshold,
            shape.flatCurvePrice
        );
        IRegistry(modelRegistry).registerPool(modelId, pool);
    }

    function _createListed(string memory modelId, address token, Shape memory shape, address whitelist)
        private
        returns (address pool)
    {
        requireAddress(whitelist, "whitelist");
        pool = _create(modelId, token, shape);
        LiveHokusaiAMM(pool).setPurchaserWhitelist(whitelist);
        emit PoolCreatedWithWhitelist(modelId, pool, whitelist);
    }

    function _pausePool(string memory modelId) private {
        LiveHokusaiAMM pool = _known(modelId);
        pool.pause();
        emit PoolPaused(modelId, address(pool), msg.sender);
    }

    function _unpausePool(string memory modelId) private {
        LiveHokusaiAMM pool = _known(modelId);
        pool.unpause();
        emit PoolUnpaused(modelId, address(pool), msg.sender);
    }

    function _known(string memory modelId) private view returns (LiveHokusaiAMM) {
        require(pools[modelId] != address(0), "Pool not found");
        return LiveHokusaiAMM(pools[modelId]);
    }

    function _checkBatch(uint256 count) private pure {
        if (count == 0) revert ArrayEmpty();
        if (count > MAX_PAUSE_BATCH) revert ArrayTooLarge(count, MAX_PAUSE_BATCH);
    }
}
