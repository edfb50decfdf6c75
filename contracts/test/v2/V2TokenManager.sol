// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts-v4/access/AccessControl.sol";
import {Ownable} from "@openzeppelin/contracts-v4/access/Ownable.sol";
import {V2HokusaiParams} from "./V2HokusaiParams.sol";
import {V2HokusaiToken} from "./V2HokusaiToken.sol";
import {ArrayTooLarge, requireAddress, requireAmount, requireModelId, requireSameLength} from "./V2Errors.sol";

/// @title Stand-in for the token manager as of v2.0.0: anyone deploys a token, with any governor
contract V2TokenManager is AccessControl, Ownable {
    struct InitialParams {
        uint256 tokensPerDeltaOne;
        uint16 infrastructureAccrualBps;
        bytes32 licenseHash;
        string licenseURI;
        address governor;
    }

    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    bytes32 public constant DEPLOYER_ROLE = keccak256("DEPLOYER_ROLE");

    address public immutable registry;
    address public deltaVerifier;
    address public feeRecipient;
    uint256 public deploymentFee;
    mapping(string modelId => address token) public modelTokens;
    mapping(string modelId => address params) public modelParams;
    mapping(address token => string modelId) public tokenToModel;

    event BatchMinted(string indexed modelId, address[] recipients, uint256[] amounts, uint256 totalAmount);
    event DeltaVerifierUpdated(address indexed newDeltaVerifier);
    event DeploymentFeeUpdated(uint256 newFee);
    event ParamsDeployed(
        string indexed modelId,
        address indexed paramsAddress,
        address indexed deployer,
        uint256 tokensPerDeltaOne,
        uint16 infrastructureAccrualBps
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

    constructor(address registryAddress) {
        requireAddress(registryAddress, "registry");
        registry = registryAddress;
        feeRecipient = msg.sender;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER_ROLE, msg.sender);
        _grantRole(DEPLOYER_ROLE, msg.sender);
    }

    function deployToken(string memory modelId, string memory name, string memory symbol, uint256 totalSupply)
        external
        payable
        returns (address)
    {
        return _deploy(
            modelId,
            name,
            symbol,
            totalSupply,
            InitialParams(
                1_000, 8_000, keccak256("default-license"), "https://hokusai.ai/licenses/default", owner()
            )
        );
    }

    function deployTokenWithParams(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 totalSupply,
        InitialParams memory initialParams
    ) external payable returns (address tokenAddress) {
        return _deploy(modelId, name, symbol, totalSupply, initialParams);
    }

    function mintTokens(string memory modelId, address recipient, uint256 amount) external {
        _checkMinter("Caller is not authorized to mint");
        _mint(modelId, recipient, amount);
    }

    function batchMintTokens(string memory modelId, address[] memory recipients, uint256[] memory amounts) external {
        _checkMinter("Caller is not authorized to mint");
        requireSameLength(recipients.length, amounts.length);
        if (recipients.length > 100) revert ArrayTooLarge(recipients.length, 100);
        uint256 total;
        for (uint256 i; i < recipients.length; ++i) {
            _mint(modelId, recipients[i], amounts[i]);
            total += amounts[i];
        }
        emit BatchMinted(modelId, recipients, amounts, total);
    }

    function burnTokens(string memory modelId, address account, uint256 amount) external {
        _checkMinter("Caller is not authorized to burn");
        requireAddress(account, "account");
        requireAmount(amount);
        V2HokusaiToken(getTokenAddress(modelId)).burnFrom(account, amount);
        emit TokensBurned(modelId, account, amount);
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

    function setFeeRecipient(address _recipient) external onlyOwner {
        requireAddress(_recipient, "fee recipient");
        feeRecipient = _recipient;
    }

    function getModelId(address tokenAddress) external view returns (string memory) {
        return tokenToModel[tokenAddress];
    }

    function getParamsAddress(string memory modelId) external view returns (address) {
        return modelParams[modelId];
    }

    function hasParams(string memory modelId) external view returns (bool) {
        return modelParams[modelId] != address(0);
    }

    function hasToken(string memory modelId) external view returns (bool) {
        return modelTokens[modelId] != address(0);
    }

    function getTokenAddress(string memory modelId) public view returns (address token) {
        return modelTokens[modelId];
    }

    function _deploy(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 totalSupply,
        InitialParams memory initial
    ) private returns (address token) {
        requireModelId(modelId);
        require(modelTokens[modelId] == address(0), "Token already deployed for this model");
        require(msg.value >= deploymentFee, "Insufficient deployment fee");
        address params = address(
            new V2HokusaiParams(
                initial.tokensPerDeltaOne,
                initial.infrastructureAccrualBps,
                initial.licenseHash,
                initial.licenseURI,
                initial.governor
            )
        );
        token = address(new V2HokusaiToken(name, symbol, address(this), params, totalSupply));
        modelTokens[modelId] = token;
        modelParams[modelId] = params;
        tokenToModel[token] = modelId;
        _settleFee();
        emit ParamsDeployed(
            modelId, params, msg.sender, initial.tokensPerDeltaOne, initial.infrastructureAccrualBps
        );
        emit TokenDeployed(modelId, token, msg.sender, name, symbol, totalSupply);
    }

    function _settleFee() private {
        if (deploymentFee != 0) {
            (bool isSent,) = feeRecipient.call{value: deploymentFee}("");
            require(isSent, "Failed to send deployment fee");
        }
        if (msg.value > deploymentFee) {
            (bool isSent,) = msg.sender.call{value: msg.value - deploymentFee}("");
            require(isSent, "Failed to refund excess payment");
        }
    }

    function _mint(string memory modelId, address recipient, uint256 amount) private {
        requireAddress(recipient, "recipient");
        requireAmount(amount);
        require(modelTokens[modelId] != address(0), "Token not deployed for this model");
        V2HokusaiToken(modelTokens[modelId]).mint(recipient, amount);
        emit TokensMinted(modelId, recipient, amount);
    }

    function _checkMinter(string memory refusal) private view {
        require(
            hasRole(MINTER_ROLE, msg.sender) || msg.sender == owner() || msg.sender == deltaVerifier, refusal
        );
    }
}
