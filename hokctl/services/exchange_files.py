"""Reading the files that people hand to each other, with every fault in one sentence."""

from hokctl.domain.documents import DocumentError
from hokctl.errors import UsageError, shown
from hokctl.safe.exchange import Content, UnknownFormatError, UnsuitableFileError, read_content
from hokctl.services.transaction_sources import STDIN, read_source


class UnknownFileError(UsageError):
    """A file in no format that hokctl knows."""

    code = "unknown-file"

    def __init__(self, name: str, reason: str) -> None:
        """Name the file and what it is not."""
        super().__init__(f"{name} cannot be used: {reason}.", hint="hokctl tx decode says what a file holds.")


def read_exchange_file(source: str, *, chain_id: int) -> Content:
    """Return what the file called `source` holds, or a signature in hex, or the standard input for `-`.

    Raises UnknownFileError for what is in no known format, UnsuitableFileError for what contradicts itself, and the
    errors of hashes and signatures that are not what they should be.
    """
    name = "The standard input" if source == STDIN else shown(source)
    try:
        return read_content(read_source(source), chain_id=chain_id)
    except UnknownFormatError as error:
        raise UnknownFileError(name, str(error)) from error
    except DocumentError as error:
        raise UnsuitableFileError(name, str(error)) from error
    except UsageError as error:
        # What is wrong with a file's content is not wrong with the command.
        raise UnsuitableFileError(name, error.message.rstrip(".")) from error
