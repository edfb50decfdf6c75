"""Each command as a user runs it, in process, on the embedded chain."""
