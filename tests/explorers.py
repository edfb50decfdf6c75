"""Explorers on loopback that answer as the documents of the real ones say, good days and bad ones.

with fake_sourcify() as explorer:
world.write_config(explorer_url=explorer.url)
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.replay import Seen, serving

Json = Any


@dataclass
class FakeExplorer:
    """What an explorer knows, and the knobs of its bad days."""

    url: str = ""
    verified: dict[str, str] = field(default_factory=dict)
    """Per address in lower case what it is verified as: exact_match or match."""
    jobs: dict[str, str] = field(default_factory=dict)
    """Per job the address it is about."""
    seen: list[Seen] = field(default_factory=list)
    looks_pending: int = 0
    """How often each job is said to be pending before it is done."""
    asked: dict[str, int] = field(default_factory=dict)
    refuses: str | None = None
    """Why it verifies nothing."""
    answers: list[dict[str, Json]] = field(default_factory=list)
    """Answers that come first, one per request, in place of doing anything."""
    answers_to_writes: list[dict[str, Json]] = field(default_factory=list)
    """The same, to requests that send sources."""
    tamper: Callable[[dict[str, Json]], dict[str, Json]] = dict
    key: str | None = None
    """The only key that it accepts."""

    @property
    def submissions(self) -> list[Seen]:
        """Return the requests that sent sources."""
        return [seen for seen in self.seen if seen.method == "POST"]

    def is_done(self, job: str) -> bool:
        """Count one more question about a job, and tell whether it is done now."""
        self.asked[job] = self.asked.get(job, 0) + 1
        if self.asked[job] <= self.looks_pending:
            return False
        if self.refuses is None:
            self.verified[self.jobs[job].lower()] = "exact_match"
        return True

    def open_job(self, address: str) -> str:
        """Return the number of a new job."""
        job = f"72d12273-0723-448e-a9f6-{len(self.jobs):012d}"
        self.jobs[job] = address
        return job

    def first(self, request: Seen) -> dict[str, Json] | None:
        """Note a request, and return the answer that stands in for the proper one."""
        self.seen.append(request)
        if request.method == "POST" and self.answers_to_writes:
            return self.answers_to_writes.pop(0)
        return self.answers.pop(0) if self.answers else None


@contextmanager
def fake_sourcify(chain_id: int = 31337) -> Iterator[FakeExplorer]:
    """Serve Sourcify's API v2 about one chain."""
    state = FakeExplorer()

    def contract(address: str) -> dict[str, Json]:
        match = state.verified.get(address.lower())
        return {
            "match": match,
            "creationMatch": match,
            "runtimeMatch": match,
            "chainId": str(chain_id),
            "address": address,
        }

    def answer(request: Seen) -> dict[str, Json]:
        forced = state.first(request)
        if forced is not None:
            return forced
        parts = request.path.strip("/").split("/")
        if parts[:2] == ["v2", "contract"]:
            found = contract(parts[3])
            return {"status": 200 if found["match"] else 404, "json": state.tamper(found)}
        if request.method == "POST":
            if state.verified.get(parts[3].lower()):
                return {"status": 409, "json": {"customCode": "already_verified", "message": "Already", "errorId": "1"}}
            return {"status": 202, "json": {"verificationId": state.open_job(parts[3])}}
        job = parts[2]
        if not state.is_done(job):
            return {"status": 200, "json": {"isJobCompleted": False, "verificationId": job}}
        document: dict[str, Json] = {
            "isJobCompleted": True,
            "verificationId": job,
            "contract": contract(state.jobs[job]),
        }
        if state.refuses is not None:
            document["error"] = {"customCode": "no_match", "message": state.refuses, "errorId": "1"}
        return {"status": 200, "json": state.tamper(document)}

    with serving(answer) as url:
        state.url = url
        yield state


@contextmanager
def fake_etherscan(*, blockscout: bool = False) -> Iterator[FakeExplorer]:
    """Serve Etherscan's API v2, or Blockscout's, which is one chain's and says the address."""
    state = FakeExplorer()

    def said(text: Json, *, ok: bool = False) -> dict[str, Json]:
        document = {"status": "1" if ok else "0", "message": "OK" if ok else "NOTOK", "result": text}
        return {"status": 200, "json": state.tamper(document)}

    def answer(request: Seen) -> dict[str, Json]:  # noqa: PLR0911 - one return per kind of answer
        forced = state.first(request)
        if forced is not None:
            return forced
        query = dict(request.query)
        if query.get("apikey") != state.key:
            return said("Missing/Invalid API Key")
        if not blockscout and query.get("chainid") != "31337":
            return said("Missing or unsupported chainid parameter")
        match query["action"]:
            case "getsourcecode":
                known = query["address"].lower() in state.verified
                entry = {"SourceCode": "{…}" if known else "", "ContractName": "Box" if known else ""}
                return said([entry | ({"Address": query["address"]} if blockscout else {})], ok=True)
            case "verifysourcecode":
                address = form_of(request)["contractaddress"]
                if address.lower() in state.verified:
                    return said("Contract source code already verified")
                return said(state.open_job(address), ok=True)
            case _:
                if not state.is_done(query["guid"]):
                    return said("Pending in queue")
                return said(state.refuses) if state.refuses else said("Pass - Verified", ok=True)

    with serving(answer) as url:
        state.url = f"{url}/api"
        yield state


def form_of(request: Seen) -> dict[str, str]:
    """Return the form that a request sent."""
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def sent_input(request: Seen) -> Json:
    """Return the compiler's input in a request to either kind of explorer."""
    return request.json["stdJsonInput"] if request.body.startswith(b"{") else json.loads(form_of(request)["sourceCode"])
