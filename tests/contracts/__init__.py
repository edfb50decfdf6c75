"""Behaviour of the contract suite, tested from Python without hokctl."""
