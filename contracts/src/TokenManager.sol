// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {LibClone} from "solady/src/utils/LibClone.sol";
import {HokusaiParams} from "./HokusaiParams.sol";
import {HokusaiToken} from "./HokusaiToken.sol";
import {LastAdminGuard} from "./LastAdminGuard.sol";
import {TwoStepOwnable} from "./TwoStepOwnable.sol";
import {ArrayEmpty, ArrayLengthMismatch, ArrayTooLarge, EmptyString, ZeroAddress, ZeroAmount} from "./Errors.sol";

/// @title Deploys and controls the tokens of all models
/// @notice One token and one parameter contract per model id; minting and burning by role.
contract TokenManager is LastAdminGuard, TwoStepOwnable {
    /// @notice Parameters that a model starts with.
    struct InitialParams {
        uint256 tokensPerDeltaOne;
        uint16 infrastructureAccrualBps;
        bytes32 licenseHash;
        string licenseURI;
        address governor;
    }

    /// @notice May mint and burn tokens of every model.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    /// @notice May deploy tokens, so that nobody else can occupy a model id.
    bytes32 public constant DEPLOYER_ROLE = keccak256("DEPLOYER_ROLE");

    uint256 private constant _MAX_BATCH = 100;

    /// @notice The model registry.
    address public immutable registry;
    /// @notice Code that all tokens share; each token is a clone of it.
    address public immutable tokenImplementation;

    /// @notice May mint and burn too; zero where none is set.
    address public deltaVerifier;
    uint96 private _adminCount;
    /// @notice Receives the deployment fee.
    address public feeRecipient;
    /// @notice Fee per deployed token, wei.
    uint256 public deploymentFee;

    /// @notice Token of a model, zero where there is none.
    mapping(string modelId => address token) public modelTokens;
    /// @notice Parameter contract of a model, zero where there is none.
    mapping(string modelId => address params) public modelParams;
    /// @notice Model of a token, empty for a foreign address.
    mapping(address token => string modelId) public tokenToModel;

    /// @notice The model has a token.
    error TokenAlreadyDeployed(address token);
    /// @notice The model has no token, or the address is none of ours.
    error TokenNotDeployed();
    /// @notice The caller is neither a minter nor the owner nor the delta verifier.
    error NotMinter(address caller);
    /// @notice Less was sent than deploying costs.
    error InsufficientDeploymentFee(uint256 required, uint256 sent);

    /// @notice Tokens of one model went to several recipients.
    event BatchMinted(string indexed modelId, address[] recipients, uint256[] amounts, uint256 totalAmount);
    /// @notice Another delta verifier may mint and burn.
    event DeltaVerifierUpdated(address indexed newDeltaVerifier);
    /// @notice The deployment fee changed.
    event DeploymentFeeUpdated(uint256 newFee);
    /// @notice Another account receives the deployment fee.
    event FeeRecipientUpdated(address indexed newFeeRecipient);
    /// @notice A model's parameter contract was deployed.
    event ParamsDeployed(
        string indexed modelId,
        address indexed paramsAddress,
        address indexed deployer,
        uint256 tokensPerDeltaOne,
        uint16 infrastructureAccrualBps
    );
    /// @notice A model's token was deployed.
    event TokenDeployed(
        string indexed modelId,
        address indexed tokenAddress,
        address indexed deployer,
        string name,
        string symbol,
        uint256 totalSupply
    );
    /// @notice Tokens were destroyed.
    event TokensBurned(string indexed modelId, address indexed account, uint256 amount);
    /// @notice Tokens were created.
    event TokensMinted(string indexed modelId, address indexed recipient, uint256 amount);

    modifier onlyMinter() {
        if (!hasRole(MINTER_ROLE, msg.sender) && msg.sender != owner() && msg.sender != deltaVerifier) {
            revert NotMinter(msg.sender);
        }
        _;
    }

    /// @notice The deploying account becomes owner and fee recipient, and holds DEFAULT_ADMIN_ROLE and DEPLOYER_ROLE.
    /// @param registryAddress The model registry.
    constructor(address registryAddress) {
        if (registryAddress == address(0)) revert ZeroAddress();
        registry = registryAddress;
        tokenImplementation = address(new HokusaiToken());
        feeRecipient = msg.sender;
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(DEPLOYER_ROLE, msg.sender);
    }

    /// @notice Deploys a model's token with default parameters: rate 1000, 80 % infrastructure, this contract's owner
    /// as governor. DEPLOYER_ROLE.
    /// @dev The initial supply goes to this contract, the token's controller. Nothing here transfers it; minters can
    /// burn it with `burnTokens(modelId, address(this), amount)`. Wei beyond the fee are returned.
    /// @param modelId Model id, byte for byte.
    /// @param name Name of the token.
    /// @param symbol Symbol of the token.
    /// @param totalSupply Initial supply, 18 decimals, not zero.
    /// @return tokenAddress The token.
    function deployToken(string memory modelId, string memory name, string memory symbol, uint256 totalSupply)
        external
        payable
        returns (address tokenAddress)
    {
        return _deploy(
            modelId,
            name,
            symbol,
            totalSupply,
            InitialParams({
                tokensPerDeltaOne: 1_000,
                infrastructureAccrualBps: 8_000,
                licenseHash: keccak256("default-license"),
                licenseURI: "https://hokusai.ai/licenses/default",
                governor: owner()
            })
        );
    }

    /// @notice Deploys a model's token with the parameters given. DEPLOYER_ROLE.
    /// @dev Supply and fee as in `deployToken`.
    /// @param modelId Model id, byte for byte.
    /// @param name Name of the token.
    /// @param symbol Symbol of the token.
    /// @param totalSupply Initial supply, 18 decimals, not zero.
    /// @param initialParams Parameters that the model starts with.
    /// @return tokenAddress The token.
    function deployTokenWithParams(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 totalSupply,
        InitialParams memory initialParams
    ) external payable returns (address tokenAddress) {
        return _deploy(modelId, name, symbol, totalSupply, initialParams);
    }

    /// @notice Creates tokens. MINTER_ROLE, owner or delta verifier.
    /// @param modelId Model id.
    /// @param recipient Receives the tokens.
    /// @param amount Tokens, 18 decimals.
    function mintTokens(string memory modelId, address recipient, uint256 amount) external onlyMinter {
        HokusaiToken token = _token(modelId);
        if (amount == 0) revert ZeroAmount();
        _mint(token, modelId, recipient, amount);
    }

    /// @notice Creates tokens for up to 100 recipients; items of zero are skipped. MINTER_ROLE, owner or delta verifier.
    /// @param modelId Model id.
    /// @param recipients Receive the tokens.
    /// @param amounts Tokens for each, 18 decimals.
    function batchMintTokens(string memory modelId, address[] memory recipients, uint256[] memory amounts)
        external
        onlyMinter
    {
        HokusaiToken token = _token(modelId);
        uint256 count = recipients.length;
        if (count == 0) revert ArrayEmpty();
        if (count != amounts.length) revert ArrayLengthMismatch(count, amounts.length);
        if (count > _MAX_BATCH) revert ArrayTooLarge(count, _MAX_BATCH);
        uint256 total;
        for (uint256 i; i < count; ++i) {
            if (amounts[i] == 0) continue;
            total += amounts[i];
            _mint(token, modelId, recipients[i], amounts[i]);
        }
        emit BatchMinted(modelId, recipients, amounts, total);
    }

    /// @notice Destroys tokens of any holder, without an allowance. MINTER_ROLE, owner or delta verifier.
    /// @param modelId Model id.
    /// @param account The holder.
    /// @param amount Tokens, 18 decimals.
    function burnTokens(string memory modelId, address account, uint256 amount) external onlyMinter {
        HokusaiToken token = _token(modelId);
        if (amount == 0) revert ZeroAmount();
        emit TokensBurned(modelId, account, amount);
        token.burnFrom(account, amount);
    }

    /// @notice Lets a pool mint. Owner, who must hold DEFAULT_ADMIN_ROLE too.
    /// @param amm The pool.
    function authorizeAMM(address amm) external onlyOwner {
        if (amm == address(0)) revert ZeroAddress();
        grantRole(MINTER_ROLE, amm);
    }

    /// @notice Takes minting from a pool. Owner, who must hold DEFAULT_ADMIN_ROLE too.
    /// @param amm The pool.
    function revokeAMM(address amm) external onlyOwner {
        revokeRole(MINTER_ROLE, amm);
    }

    /// @notice Sets the delta verifier; zero takes it away. Owner.
    /// @param deltaVerifier_ May mint and burn.
    function setDeltaVerifier(address deltaVerifier_) external onlyOwner {
        deltaVerifier = deltaVerifier_;
        emit DeltaVerifierUpdated(deltaVerifier_);
    }

    /// @notice Sets the fee per deployed token. Owner.
    /// @param fee Wei.
    function setDeploymentFee(uint256 fee) external onlyOwner {
        deploymentFee = fee;
        emit DeploymentFeeUpdated(fee);
    }

    /// @notice Sets who receives the deployment fee. Owner.
    /// @param recipient Not zero.
    function setFeeRecipient(address recipient) external onlyOwner {
        if (recipient == address(0)) revert ZeroAddress();
        feeRecipient = recipient;
        emit FeeRecipientUpdated(recipient);
    }

    /// @notice Model of a token; reverts for a foreign address.
    function getModelId(address tokenAddress) external view returns (string memory modelId) {
        modelId = tokenToModel[tokenAddress];
        if (bytes(modelId).length == 0) revert TokenNotDeployed();
    }

    /// @notice Parameter contract of a model; reverts where there is none.
    function getParamsAddress(string memory modelId) external view returns (address params) {
        params = modelParams[modelId];
        if (params == address(0)) revert TokenNotDeployed();
    }

    /// @notice Token of a model; reverts where there is none.
    function getTokenAddress(string memory modelId) external view returns (address) {
        return address(_token(modelId));
    }

    /// @notice Whether the model has a parameter contract.
    function hasParams(string memory modelId) external view returns (bool) {
        return modelParams[modelId] != address(0);
    }

    /// @notice Whether the model has a token.
    function hasToken(string memory modelId) external view returns (bool) {
        return modelTokens[modelId] != address(0);
    }

    /// @inheritdoc LastAdminGuard
    function adminCount() public view override returns (uint256) {
        return _adminCount;
    }

    function _setAdminCount(uint256 count) internal override {
        _adminCount = uint96(count);
    }

    function _deploy(
        string memory modelId,
        string memory name,
        string memory symbol,
        uint256 totalSupply,
        InitialParams memory initial
    ) private onlyRole(DEPLOYER_ROLE) returns (address token) {
        if (bytes(modelId).length == 0 || bytes(name).length == 0 || bytes(symbol).length == 0) revert EmptyString();
        if (modelTokens[modelId] != address(0)) revert TokenAlreadyDeployed(modelTokens[modelId]);
        uint256 fee = deploymentFee;
        if (msg.value < fee) revert InsufficientDeploymentFee(fee, msg.value);

        address params = address(
            new HokusaiParams(
                initial.tokensPerDeltaOne,
                initial.infrastructureAccrualBps,
                initial.licenseHash,
                initial.licenseURI,
                initial.governor
            )
        );
        token = LibClone.clone(
            tokenImplementation, abi.encodePacked(params, uint16(bytes(name).length), name, symbol)
        );
        modelTokens[modelId] = token;
        modelParams[modelId] = params;
        tokenToModel[token] = modelId;
        emit ParamsDeployed(modelId, params, msg.sender, initial.tokensPerDeltaOne, initial.infrastructureAccrualBps);
        emit TokenDeployed(modelId, token, msg.sender, name, symbol, totalSupply);
        HokusaiToken(token).initialize(address(this), totalSupply);

        if (fee != 0) Address.sendValue(payable(feeRecipient), fee);
        if (msg.value > fee) Address.sendValue(payable(msg.sender), msg.value - fee);
    }

    function _mint(HokusaiToken token, string memory modelId, address recipient, uint256 amount) private {
        emit TokensMinted(modelId, recipient, amount);
        token.mint(recipient, amount);
    }

    function _token(string memory modelId) private view returns (HokusaiToken token) {
        token = HokusaiToken(modelTokens[modelId]);
        if (address(token) == address(0)) revert TokenNotDeployed();
    }
}
