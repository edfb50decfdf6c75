"""Etherscan by its API v2, and Blockscout, which speaks as Etherscan does: forms, and answers in English.

Source: the documents of both; neither answers with the address in its verdict, so the sources are looked up after it.
"""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from eth_typing import ChecksumAddress

from hokctl.chain.http_service import HttpService, ServiceAnswer
from hokctl.explorers.base import Opinion, Submission, Verdict, check_address, own_words, read_object
from hokctl.explorers.errors import BadExplorerAnswerError, ExplorerAccessError, ExplorerBusyError

ETHERSCAN_URL: Final = "https://api.etherscan.io/v2/api"
_FORM: Final = "application/x-www-form-urlencoded"
_LIMITS: Final = ("rate limit", "too many requests")
_KEYS: Final = ("api key", "apikey")


class EtherscanLike:
    """An explorer with Etherscan's interface, about one chain. An explorers.base.Explorer."""

    takes_unknown_args = False

    def __init__(self, http: HttpService, *, chain_id: int | None, key: str | None) -> None:
        """Speak through `http`; `chain_id` goes along where one explorer serves many chains."""
        self._http = http
        self._chain_id = chain_id
        self._key = key

    @property
    def endpoint(self) -> str:
        """Scheme and host."""
        return self._http.endpoint

    def look_up(self, address: ChecksumAddress) -> Opinion:
        """Return whether the explorer shows sources of the contract at `address`."""
        found = self._result(self._http.get("", self._query("getsourcecode", address=address)))
        entry = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else None
        if entry is None:
            if isinstance(found, str) and "not verified" in found.lower():
                return Opinion(verdict=Verdict.UNKNOWN)
            raise BadExplorerAnswerError(self.endpoint, own_words(found, secret=self._key) or "it holds no contract")
        for key in ("Address", "address"):
            if key in entry:
                check_address(entry[key], address, self.endpoint)
        return Opinion(verdict=Verdict.MATCH if entry.get("SourceCode") else Verdict.UNKNOWN)

    def submit(self, submission: Submission) -> Opinion | str:
        """Send sources; return the number of the job, or an opinion where there is one at once."""
        import json

        args = (submission.constructor_args or b"").hex()
        form = {
            "contractaddress": submission.address,
            "sourceCode": json.dumps(dict(submission.standard_input)),
            "codeformat": "solidity-standard-json-input",
            "contractname": submission.identifier,
            "compilerversion": f"v{submission.compiler_version}",
            # The interface had the misspelt name alone for years, and some explorers still have.
            "constructorArguments": args,
            "constructorArguements": args,
        }
        answer = self._http.send(
            "POST", "", query=self._query("verifysourcecode"), body=urlencode(form).encode(), content_type=_FORM
        )
        document = self._document(answer)
        result = document.get("result")
        if str(document.get("status")) == "1" and isinstance(result, str) and result:
            return result
        return self._judge(result or document.get("message"), submission.address)

    def check(self, job: str, address: ChecksumAddress) -> Opinion:
        """Return what has become of a job."""
        document = self._document(self._http.get("", self._query("checkverifystatus", guid=job)))
        return self._judge(document.get("result") or document.get("message"), address)

    def _judge(self, said: object, address: ChecksumAddress) -> Opinion:
        """Return the opinion behind a sentence of the explorer's."""
        words = own_words(said, secret=self._key)
        lower = words.lower()
        if "already verified" in lower or lower.startswith("pass"):
            found = self.look_up(address)
            return found if found.is_verified else Opinion(verdict=Verdict.PENDING, reason=words)
        if "pending" in lower or "in progress" in lower or "unable to locate" in lower:
            return Opinion(verdict=Verdict.PENDING, reason=words)
        return Opinion(verdict=Verdict.FAILED, reason=words)

    def _query(self, action: str, **values: str) -> dict[str, str]:
        query = {"module": "contract", "action": action, **values}
        if self._chain_id is not None:
            query["chainid"] = str(self._chain_id)
        return query | ({} if self._key is None else {"apikey": self._key})

    def _result(self, answer: ServiceAnswer) -> Any:  # noqa: ANN401 - JSON
        return self._document(answer).get("result")

    def _document(self, answer: ServiceAnswer) -> dict[str, Any]:
        """Return an answer, unless it is about the key or about how often it was asked."""
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise ExplorerAccessError(self.endpoint)
        if answer.status != HTTPStatus.OK:
            raise BadExplorerAnswerError(self.endpoint, f"HTTP status {answer.status}")
        document = read_object(answer, self.endpoint)
        said = document.get("result")
        lower = said.lower() if isinstance(said, str) and str(document.get("status")) != "1" else ""
        if any(word in lower for word in _LIMITS):
            raise ExplorerBusyError(self.endpoint)
        if any(word in lower for word in _KEYS):
            raise ExplorerAccessError(self.endpoint)
        return document
