// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {V2PoolBase} from "../v2/V2PoolBase.sol";
import {ITokens} from "../v2/V2Interfaces.sol";
import {IWhitelist} from "./LiveInterfaces.sol";

/// @title Stand-in for a model's pool as on mainnet: buyers may have to be on a list
contract LiveHokusaiAMM is V2PoolBase {
    uint256 public constant MAX_CRR = 1_000_000;

    address public purchaserWhitelist;

    error NotWhitelisted(address buyer);

    event InvestorPurchase(address indexed wallet, uint256 usdcAmount, uint256 tokenAmount);
    event PurchaserWhitelistUpdated(address indexed oldWhitelist, address indexed newWhitelist);

    constructor(
        address _reserveToken,
        address _hokusaiToken,
        address _tokenManager,
        string memory _modelId,
        address _treasury,
        uint256 _crr,
        uint256 _tradeFee,
        uint256 _ibrDuration,
        uint256 _flatCurveThreshold,
        uint256 _flatCurvePrice
    )
        V2PoolBase(
            _reserveToken, _hokusaiToken, _tokenManager, _modelId, _treasury, _ibrDuration, _flatCurveThreshold,
            _flatCurvePrice
        )
    {
        _setParameters(_crr, _tradeFee);
    }

    function setPurchaserWhitelist(address whitelist) external onlyOwner {
        emit PurchaserWhitelistUpdated(purchaserWhitelist, whitelist);
        purchaserWhitelist = whitelist;
    }

    function _admit(address to, uint256 reserveIn, uint256 tokensOut) internal override {
        address whitelist = purchaserWhitelist;
        if (whitelist != address(0) && !IWhitelist(whitelist).isWhitelisted(msg.sender)) {
            revert NotWhitelisted(msg.sender);
        }
        emit InvestorPurchase(to, reserveIn, tokensOut);
    }

    function _supply() internal view override returns (uint256) {
        return ITokens(tokenManager).getRedeemableSupply(modelId);
    }

    function _maxCrr() internal pure override returns (uint256) {
        return MAX_CRR;
    }
}
