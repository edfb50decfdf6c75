"""The only modules that write to stdout and stderr."""
