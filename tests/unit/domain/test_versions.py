"""Telling the versions of the protocol apart."""

import itertools

import pytest

from hokctl.domain.versions import Version, version_told

pytestmark = pytest.mark.unit


def test_the_newest_answer_tells_the_version() -> None:
    told = {
        answers: version_told(live=answers[0], suite=answers[1], v2=answers[2])
        for answers in itertools.product((True, False), repeat=3)
    }
    assert {version for (live, *_), version in told.items() if live} == {Version.LIVE}
    assert {version for (live, suite, _), version in told.items() if suite and not live} == {Version.SUITE}
    assert told[False, False, True] is Version.V2
    assert told[False, False, False] is None
