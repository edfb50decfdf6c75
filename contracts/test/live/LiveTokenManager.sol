// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";
import {ArrayTooLarge, requireAddress, requireAmount, requireModelId, requireSameLength} from "../v2/V2Errors.sol";
import {LiveHokusaiParams} from "./LiveHokusaiParams.sol";
import {LiveHokusaiToken} from "./LiveHokusaiToken.sol";
import {IVestingVault, InitialParams, VestingConfig} from "./LiveInterfaces.sol";
import {LiveTokenDeploymentFactory} from "./LiveTokenDeploymentFactory.sol";

/// @title Stand-in for the token manager as it is deployed on mainnet
/// @dev The deploying account gets MINTER_ROLE, DEPLOYER_ROLE and the fees. Anyone deploys a token, with any governor.
contract LiveTokenManager is AccessControl, Ownable {
    struct Supply {
        uint256 initial;
        uint256 max;
        uint256 modelSupplier;
        address modelSupplierRecipient;
        uint256 investor;
    }

    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    bytes32 public constant DEPLOYER_ROLE = keccak256("DEPLOYER_ROLE");
    uint256 private constant _MAX_BATCH = 100;

    address public immutable registry;
    address public immutable tokenDeploymentFactory;
    address public deltaVerifier;
    address public vestingVault;
    address public feeRecipient;
    uint256 public deploymentFee;
    mapping(string modelId => address token) public modelTokens;
    mapping(string modelId => address params) public modelParams;
    mapping(address token => string modelId) public tokenToModel;

    event AllocationDistributed(
        string indexed modelId,
        address indexed modelSupplierRecipient,
        uint256 modelSupplierAllocation,
        address indexed investorRecipient,
        uint256 investorAllocation
    );
    event BatchMinted(string indexed modelId, address[] recipients, uint256[] amounts, uint256 totalAmount);
    event ContributorSkipped(address indexed contributor, uint256 index);
    event DeltaVerifierUpdated(address indexed newDeltaVerifier);
    event DeploymentFeeUpdated(uint256 newFee);
    event DeploymentFeesWithdrawn(address indexed recipient, uint256 amount);
    event ModelSupplierAllocationDistributed(string indexed modelId, address indexed recipient, uint256 amount);
    event ParamsDeployed(
        string indexed modelId,
        address indexed paramsAddress,
        address indexed deployer,
        uint256 tokensPerDeltaOne,
        uint16 infrastructureAccrualBps,
        uint256 initialOraclePricePerThousandUsd
    );
    event RewardVestingCreated(
        string indexed modelId,
        address indexed contributor,
        uint256 totalReward,
        uint256 immediateAmount,
        uint256 vestedAmount,
        uint256 vestingStart,
        uint256 vestingEnd
    );
    event SupplierAllocationVested(
        string indexed modelId,
        address indexed supplierRecipient,
        uint256 totalAllocation,
        uint256 immediateAmount,
        uint256 vestedAmount,
        uint256 vestingStart,
        uint256 vestingEnd
    );
    event TokenDeployed(
        string indexed modelId,
        address indexed tokenAddress,
        address indexed deployer,
        string name,
        string symbol,
        uint256 totalSupply
    );
    event TokensBurned(string indexed modelId, address indexed account, uint256 amount);
    event TokensMinted(string indexed modelId, address indexed recipient, uint256 amount);
    event VestingVaultUpdated(address indexed vestingVault);

    constructor(address registryAddress, address tokenDeploymentFactoryAddress) {
        requireAddress(registryAddress, "registry");
        requireAddress(tokenDeploymentFactoryAddress, "token deployment factory");
        registry = registryAddress;
        tokenDeploymentFactory = tokenDeploymentFactoryAddress;
        feeRecipient = msg.sender;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER_ROLE, msg.sender);
        _grantRole(DEPLOYER_ROLE, msg.sender);
    }

    function deployTokenWithParams(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 totalSupply,
        InitialParams memory initialParams
    ) external payable returns (address) {
        Supply memory supply = Supply(totalSupply, type(uint256).max, 0, address(0), type(uint256).max);
        return _deploy(modelId, name, symbol, supply, initialParams);
    }

    function deployTokenWithAllocations(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 modelSupplierAllocation,
        address modelSupplierRecipient,
        uint256 investorAllocation,
        InitialParams memory initialParams
    ) external payable returns (address) {
        Supply memory supply = Supply(
            0,
            modelSupplierAllocation + investorAllocation,
            modelSupplierAllocation,
            modelSupplierRecipient,
            investorAllocation
        );
        return _deploy(modelId, name, symbol, supply, initialParams);
    }

    function distributeModelSupplierAllocation(string memory modelId) external onlyOwner {
        LiveHokusaiToken token = _token(modelId);
        uint256 total = token.modelSupplierAllocation();
        address recipient = token.modelSupplierRecipient();
        VestingConfig memory vesting = LiveHokusaiParams(modelParams[modelId]).vestingConfig();
        uint256 vested;
        if (vestingVault != address(0) && vesting.enabled) vested = total - total * vesting.immediateUnlockBps / 10_000;
        token.distributeModelSupplierAllocation(vestingVault, vested);
        if (vested != 0) {
            _vest(modelId, recipient, vested, vesting);
            emit SupplierAllocationVested(
                modelId,
                recipient,
                total,
                total - vested,
                vested,
                block.timestamp,
                block.timestamp + vesting.vestingDurationSeconds
            );
        }
        emit ModelSupplierAllocationDistributed(modelId, recipient, total);
    }

    function mintTokens(string memory modelId, address recipient, uint256 amount) external {
        _checkMinter("Caller is not authorized to mint");
        _mint(modelId, recipient, amount);
    }

    function batchMintTokens(string memory modelId, address[] memory recipients, uint256[] memory amounts) external {
        _checkMinter("Caller is not authorized to mint");
        _checkBatch(recipients.length, amounts.length);
        uint256 total;
        for (uint256 i; i < recipients.length; ++i) {
            _mint(modelId, recipients[i], amounts[i]);
            total += amounts[i];
        }
        emit BatchMinted(modelId, recipients, amounts, total);
    }

    function mintReward(string memory modelId, address recipient, uint256 amount) external {
        _checkMinter("Caller is not authorized to mint");
        _reward(modelId, recipient, amount);
    }

    function batchMintReward(string memory modelId, address[] memory recipients, uint256[] memory amounts) external {
        _checkMinter("Caller is not authorized to mint");
        _checkBatch(recipients.length, amounts.length);
        uint256 total;
        for (uint256 i; i < recipients.length; ++i) {
            if (recipients[i] == address(0) || amounts[i] == 0) {
                emit ContributorSkipped(recipients[i], i);
                continue;
            }
            _reward(modelId, recipients[i], amounts[i]);
            total += amounts[i];
        }
        emit BatchMinted(modelId, recipients, amounts, total);
    }

    function burnTokens(string memory modelId, address account, uint256 amount) external {
        _burn(modelId, account, amount);
    }

    function burnAMMTokens(string memory modelId, address account, uint256 amount) external {
        _burn(modelId, account, amount);
    }

    function burnInvestorTokens(string memory modelId, address account, uint256 amount) external {
        _burn(modelId, account, amount);
    }

    function authorizeAMM(address amm) external onlyOwner {
        requireAddress(amm, "AMM");
        grantRole(MINTER_ROLE, amm);
    }

    function revokeAMM(address amm) external onlyOwner {
        revokeRole(MINTER_ROLE, amm);
    }

    function setDeltaVerifier(address _deltaVerifier) external onlyOwner {
        requireAddress(_deltaVerifier, "delta verifier");
        deltaVerifier = _deltaVerifier;
        emit DeltaVerifierUpdated(_deltaVerifier);
    }

    function setDeploymentFee(uint256 _fee) external onlyOwner {
        deploymentFee = _fee;
        emit DeploymentFeeUpdated(_fee);
    }

    /// @dev Without an event, as on record.
    function setFeeRecipient(address _recipient) external onlyOwner {
        requireAddress(_recipient, "fee recipient");
        feeRecipient = _recipient;
    }

    function setVestingVault(address vaultAddress) external onlyOwner {
        requireAddress(vaultAddress, "vesting vault");
        vestingVault = vaultAddress;
        emit VestingVaultUpdated(vaultAddress);
    }

    function withdrawDeploymentFees() external onlyOwner {
        uint256 amount = address(this).balance;
        (bool isSent,) = feeRecipient.call{value: amount}("");
        require(isSent, "Failed to send deployment fee");
        emit DeploymentFeesWithdrawn(feeRecipient, amount);
    }

    function getModelId(address tokenAddress) external view returns (string memory) {
        return tokenToModel[tokenAddress];
    }

    function getParamsAddress(string memory modelId) external view returns (address) {
        return modelParams[modelId];
    }

    /// @dev What investors hold: neither rewards nor the supplier's share count.
    function getRedeemableSupply(string memory modelId) external view returns (uint256) {
        return _token(modelId).investorMinted();
    }

    function getTokenAddress(string memory modelId) external view returns (address) {
        return modelTokens[modelId];
    }

    function hasParams(string memory modelId) external view returns (bool) {
        return modelParams[modelId] != address(0);
    }

    function hasToken(string memory modelId) external view returns (bool) {
        return modelTokens[modelId] != address(0);
    }

    function _deploy(
        string memory modelId,
        string memory name,
        string memory symbol,
        Supply memory supply,
        InitialParams memory initial
    ) private returns (address token) {
        requireModelId(modelId);
        require(modelTokens[modelId] == address(0), "Token already deployed for this model");
        require(msg.value >= deploymentFee, "Insufficient deployment fee");
        address params;
        (token, params) = LiveTokenDeploymentFactory(tokenDeploymentFactory).deployTokenAndParams(
            name,
            symbol,
            address(this),
            supply.initial,
            supply.max,
            supply.modelSupplier,
            supply.investor,
            supply.modelSupplierRecipient,
            initial
        );
        modelTokens[modelId] = token;
        modelParams[modelId] = params;
        tokenToModel[token] = modelId;
        if (msg.value > deploymentFee) {
            (bool isSent,) = msg.sender.call{value: msg.value - deploymentFee}("");
            require(isSent, "Failed to refund excess payment");
        }
        emit ParamsDeployed(
            modelId,
            params,
            msg.sender,
            initial.tokensPerDeltaOne,
            initial.infrastructureAccrualBps,
            initial.initialOraclePricePerThousandUsd
        );
        emit TokenDeployed(modelId, token, msg.sender, name, symbol, supply.initial);
    }

    function _mint(string memory modelId, address recipient, uint256 amount) private {
        requireAddress(recipient, "recipient");
        requireAmount(amount);
        _token(modelId).mintInvestor(recipient, amount);
        emit TokensMinted(modelId, recipient, amount);
    }

    function _reward(string memory modelId, address recipient, uint256 amount) private {
        requireAddress(recipient, "recipient");
        requireAmount(amount);
        LiveHokusaiToken token = _token(modelId);
        VestingConfig memory vesting = LiveHokusaiParams(modelParams[modelId]).vestingConfig();
        uint256 vested;
        if (vestingVault != address(0) && vesting.enabled) {
            vested = amount - amount * vesting.immediateUnlockBps / 10_000;
        }
        if (amount != vested) token.mintReward(recipient, amount - vested);
        if (vested != 0) {
            token.mintReward(vestingVault, vested);
            _vest(modelId, recipient, vested, vesting);
            emit RewardVestingCreated(
                modelId,
                recipient,
                amount,
                amount - vested,
                vested,
                block.timestamp,
                block.timestamp + vesting.vestingDurationSeconds
            );
        }
        emit TokensMinted(modelId, recipient, amount);
    }

    function _vest(string memory modelId, address beneficiary, uint256 amount, VestingConfig memory vesting) private {
        IVestingVault(vestingVault).createSchedule(
            modelId, modelTokens[modelId], beneficiary, amount, vesting.cliffSeconds, vesting.vestingDurationSeconds
        );
    }

    function _burn(string memory modelId, address account, uint256 amount) private {
        _checkMinter("Caller is not authorized to burn");
        requireAddress(account, "account");
        requireAmount(amount);
        _token(modelId).burnFrom(account, amount);
        emit TokensBurned(modelId, account, amount);
    }

    function _token(string memory modelId) private view returns (LiveHokusaiToken) {
        require(modelTokens[modelId] != address(0), "Token not deployed for this model");
        return LiveHokusaiToken(modelTokens[modelId]);
    }

    function _checkMinter(string memory refusal) private view {
        require(
            hasRole(MINTER_ROLE, msg.sender) || msg.sender == owner() || msg.sender == deltaVerifier, refusal
        );
    }

    function _checkBatch(uint256 expected, uint256 actual) private pure {
        requireSameLength(expected, actual);
        if (expected > _MAX_BATCH) revert ArrayTooLarge(expected, _MAX_BATCH);
    }
}
