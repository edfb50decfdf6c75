"""One file per command group: parse, call one service, return a CommandResult."""
