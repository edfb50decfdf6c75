"""What is installed is whole: the wheel carries the artifacts, the types, and runs away from the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hokctl.clients.abi import artifact_names

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PROBE = """
import hokctl, sys
from hokctl.clients.abi import artifact_names, load_artifact
assert hokctl.__file__.startswith(sys.argv[1]), hokctl.__file__
for name in artifact_names():
    assert load_artifact(name).bytecode
from hokctl.domain.alert_rules import RULES
from hokctl.monitor.runbooks import read_runbook
for rule in RULES:
    assert f"`{rule}`" in read_runbook(rule)
print(*artifact_names())
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(directory)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = directory.glob("hokctl-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


def test_the_wheel_finds_its_own_artifacts(unpacked: Path, tmp_path: Path) -> None:
    # Isolated from the checkout: the wheel's directory stands first on the path, nothing of the user's is read.
    code = f"import sys; sys.path.insert(0, {str(unpacked)!r})\n{PROBE}"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(unpacked)], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.split() == list(artifact_names())


def test_the_wheel_carries_licence_types_and_the_example_configuration(unpacked: Path) -> None:
    assert (unpacked / "hokctl" / "py.typed").exists()
    assert (unpacked / "hokctl" / "config" / "example.toml").exists()
    assert (unpacked / "hokctl" / "ledger" / "migrations" / "versions" / "revision_0002.py").exists()
    assert list(unpacked.glob("hokctl-*.dist-info/licenses/LICENSE"))
