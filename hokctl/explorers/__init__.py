"""Block explorers that publish verified sources: Sourcify, and those that speak as Etherscan does."""
