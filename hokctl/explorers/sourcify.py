"""Sourcify, by its API v2: no key, sources as standard JSON input, jobs that are asked after.

Source: Sourcify's API reference, version 2.
"""

import json
from http import HTTPStatus
from typing import Any, Final

from eth_typing import ChecksumAddress

from hokctl.chain.http_service import HttpService, ServiceAnswer
from hokctl.explorers.base import Opinion, Submission, Verdict, check_address, own_words, read_object
from hokctl.explorers.errors import BadExplorerAnswerError

SOURCIFY_URL: Final = "https://sourcify.dev/server"
_VERDICTS: Final = {"exact_match": Verdict.EXACT, "match": Verdict.MATCH}
_SAME_JOB: Final = "duplicate_verification_request"
_ALREADY: Final = "already_verified"


class SourcifyHttp(HttpService):
    """Sourcify answers 429 to sources that it is working on already, which is no rate limit."""

    def is_answer(self, answer: ServiceAnswer) -> bool:
        """Tell whether an answer with status 429 is about the job."""
        return answer.status == HTTPStatus.TOO_MANY_REQUESTS and _SAME_JOB.encode() in answer.body


class Sourcify:
    """Sourcify, about one chain. An explorers.base.Explorer."""

    takes_unknown_args = True

    def __init__(self, http: HttpService, *, chain_id: int) -> None:
        """Speak through `http` about contracts of `chain_id`."""
        self._http = http
        self._chain_id = chain_id

    @property
    def endpoint(self) -> str:
        """Scheme and host."""
        return self._http.endpoint

    def look_up(self, address: ChecksumAddress) -> Opinion:
        """Return what Sourcify knows of the contract at `address`."""
        answer = self._http.get(f"/v2/contract/{self._chain_id}/{address}")
        if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise self._unfit(answer)
        return self._opinion(read_object(answer, self.endpoint), address, otherwise=Verdict.UNKNOWN)

    def submit(self, submission: Submission) -> Opinion | str:
        """Send sources; return the number of the job, or an opinion where there is one at once."""
        document: dict[str, Any] = {
            "stdJsonInput": dict(submission.standard_input),
            "compilerVersion": submission.compiler_version,
            "contractIdentifier": submission.identifier,
        }
        if submission.creation_tx_hash is not None:
            document["creationTransactionHash"] = submission.creation_tx_hash
        path = f"/v2/verify/{self._chain_id}/{submission.address}"
        answer = self._http.send("POST", path, body=json.dumps(document).encode())
        found = read_object(answer, self.endpoint)
        if answer.status == HTTPStatus.ACCEPTED:
            job = found.get("verificationId")
            if not isinstance(job, str) or not job.replace("-", "").isalnum():
                raise BadExplorerAnswerError(self.endpoint, "it names no job")
            return job
        code = found.get("customCode")
        if code == _ALREADY:
            return self.look_up(submission.address)
        if code == _SAME_JOB:
            return Opinion(verdict=Verdict.PENDING, reason=own_words(found.get("message")))
        if answer.status >= HTTPStatus.BAD_REQUEST:
            return Opinion(verdict=Verdict.FAILED, reason=own_words(found.get("message") or code))
        raise self._unfit(answer)

    def check(self, job: str, address: ChecksumAddress) -> Opinion:
        """Return what has become of a job."""
        answer = self._http.get(f"/v2/verify/{job}")
        if answer.status != HTTPStatus.OK:
            raise self._unfit(answer)
        found = read_object(answer, self.endpoint)
        if found.get("isJobCompleted") is not True:
            return Opinion(verdict=Verdict.PENDING)
        error, contract = found.get("error"), found.get("contract")
        if isinstance(error, dict):
            if error.get("customCode") == _ALREADY:
                return self.look_up(address)
            return Opinion(verdict=Verdict.FAILED, reason=own_words(error.get("message") or error.get("customCode")))
        if not isinstance(contract, dict):
            raise BadExplorerAnswerError(self.endpoint, "a job is done without saying with what")
        return self._opinion(contract, address, otherwise=Verdict.FAILED)

    def _opinion(self, found: dict[str, Any], address: ChecksumAddress, *, otherwise: Verdict) -> Opinion:
        check_address(found.get("address"), address, self.endpoint)
        if str(found.get("chainId")) != str(self._chain_id):
            raise BadExplorerAnswerError(self.endpoint, f"it is not about chain {self._chain_id}")
        return Opinion(verdict=_VERDICTS.get(str(found.get("match")), otherwise))

    def _unfit(self, answer: ServiceAnswer) -> BadExplorerAnswerError:
        return BadExplorerAnswerError(self.endpoint, f"HTTP status {answer.status}")
