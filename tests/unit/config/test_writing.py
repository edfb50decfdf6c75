"""Files written whole or not at all, and never over a file that is somebody's."""

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest

from hokctl.config.file_errors import FileWriteError, ForeignFileError
from hokctl.config.settings import load_settings
from hokctl.config.writing import (
    atomic_write_text,
    example_config,
    is_marked,
    mark,
    render_toml,
    write_config,
)
from hokctl.exit_codes import ExitCode

pytestmark = pytest.mark.unit

FULL_DISK = Path("/dev/full")


def fail_with(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Make every fsync of a file fail as the operating system would."""

    def refuse(_: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)


def test_text_is_written_and_directories_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.json"
    atomic_write_text(path, "häßlich\n")
    assert path.read_bytes() == "häßlich\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_new_file_has_the_permissions_that_the_umask_gives(tmp_path: Path) -> None:
    path = tmp_path / "file"
    before = os.umask(0o027)
    try:
        atomic_write_text(path, "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_permissions_of_an_existing_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o600)
    atomic_write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EIO, "input/output error"),
    ],
)
def test_full_disk_leaves_the_old_file_and_nothing_else(
    number: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folder" / "manifest.json"
    path.parent.mkdir()
    path.write_text("old", encoding="utf-8")
    fail_with(monkeypatch, number)
    with pytest.raises(FileWriteError) as caught:
        atomic_write_text(path, "new")
    assert caught.value.exit_code is ExitCode.FAILURE
    assert caught.value.message == f"{path} could not be written: {reason}; what was there before is unchanged."
    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(not FULL_DISK.exists(), reason="this system has no /dev/full")
def test_device_is_written_to_and_not_replaced() -> None:
    with pytest.raises(FileWriteError, match="the disk is full"):
        atomic_write_text(FULL_DISK, "x")
    assert FULL_DISK.is_char_device()


def test_directory_in_the_way_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "target"
    path.mkdir(parents=True)
    with pytest.raises(FileWriteError, match="it is a directory"):
        atomic_write_text(path, "x")
    assert list(path.parent.iterdir()) == [path]


def test_file_in_place_of_a_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old", encoding="utf-8")
    with pytest.raises(FileWriteError, match="a part of its path is not a directory"):
        atomic_write_text(tmp_path / "file" / "below", "x")


def test_link_is_replaced_and_its_target_left_alone(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("precious", encoding="utf-8")
    link.symlink_to(target)
    atomic_write_text(link, "x")
    assert target.read_text(encoding="utf-8") == "precious"
    assert not link.is_symlink()


def test_directory_that_cannot_be_synchronised_does_not_fail_the_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def refuse_directories(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_directories)
    atomic_write_text(tmp_path / "file", "x")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_config_is_written_marked_and_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    body = render_toml({"network": "devnet", "networks": {"devnet": {"deployment_block": 3}}})
    assert write_config(path, body)
    assert path.read_text(encoding="utf-8").startswith("# Written by hokctl (")
    assert load_settings(path).settings.network().deployment_block == 3


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    assert write_config(path, "a = 1\n")
    before = path.stat().st_mtime_ns
    assert not write_config(path, "a = 1\n")
    assert path.stat().st_mtime_ns == before


def test_file_of_somebody_else_with_the_same_content_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    path.write_text("a = 1\n", encoding="utf-8")
    assert not write_config(path, "a = 1\n")
    assert path.read_text(encoding="utf-8") == "a = 1\n"


def test_unedited_file_of_hokctls_own_is_renewed(tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    write_config(path, "a = 1\n")
    assert write_config(path, "a = 2\n")
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {"a": 2}


@pytest.mark.parametrize("existing", ["a = 0\n", "# Written by hokctl\na = 0\n", mark("a = 1\n") + "b = 2\n", ""])
def test_file_of_somebody_else_or_edited_is_never_replaced(existing: str, tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    path.write_text(existing, encoding="utf-8")
    with pytest.raises(ForeignFileError) as caught:
        write_config(path, "a = 2\n")
    assert caught.value.exit_code is ExitCode.REFUSED
    assert path.read_text(encoding="utf-8") == existing


def test_file_that_cannot_be_read_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "hokctl.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(ForeignFileError):
        write_config(path, "a = 2\n")
    with pytest.raises(ForeignFileError):
        write_config(tmp_path, "a = 2\n")
    assert path.read_bytes() == b"\xff"


def test_marked_text_is_recognised_until_it_is_edited() -> None:
    text = mark("a = 1\n")
    assert is_marked(text)
    assert not is_marked(text.replace("1", "2"))
    assert not is_marked("a = 1\n")


def test_example_is_loaded_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write_config(path, example_config())
    assert load_settings(path).settings.network().name == "devnet"
