"""hokctl: prove what is owed, plan it, carry it to the chain by whoever may, and prove what happened."""

__version__ = "0.1.0"
