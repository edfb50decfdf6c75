"""Watching a deployment: the rules that make alerts of what is observed, and everybody who is told of them."""
