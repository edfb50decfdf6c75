"""What goes wrong around hokctl: nodes, disks, and people."""
