"""What must hold before a plan travels: each check returns findings."""
