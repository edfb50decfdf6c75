"""Use cases, one module per workflow. A service builds plans and reports; it never prints."""
