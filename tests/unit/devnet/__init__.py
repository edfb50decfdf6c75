"""The parts of the embedded chain that need no chain."""
