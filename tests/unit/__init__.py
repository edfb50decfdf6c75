"""Pure logic, no sockets."""
