"""What Salesforce means by its refusals, told by their codes: messages may hold anything and are left out."""

import json

import httpx

from core.exchange.ports import Outcome, Trouble
from integrations.http import Call

LABEL = "Salesforce"
_TOO_MANY_AFTER_S = 900.0
_ADVICE = {
    "user hasn't approved this consumer": "pre-authorise the user by a permission set of the connected app",
    "user is not admin approved to access this app": "pre-authorise the user by a permission set of the connected app",
    "invalid assertion": "salesforce.private_key does not fit the certificate in the connected app",
    "audience is invalid": "check salesforce.login_url",
    "client identifier invalid": "check salesforce.client_id",
    "inactive user": "salesforce.username is not active there",
    "expired authorization code": "the clocks are apart; set ours by a server",
}
_ALIKE = {
    "REQUEST_LIMIT_EXCEEDED": (Outcome.THROTTLED, "the org's calls of the day are used up; it goes on by itself later"),
    "INVALID_SESSION_ID": (Outcome.UNAUTHORISED, "the session is no longer good"),
    "API_DISABLED_FOR_ORG": (Outcome.FORBIDDEN, "the API is off in this edition or for this user"),
    "API_CURRENTLY_DISABLED": (Outcome.FORBIDDEN, "the API is off for this user"),
    "INSUFFICIENT_ACCESS": (Outcome.FORBIDDEN, "the user may not do that; extend its permission set"),
    "INSUFFICIENT_ACCESS_OR_READONLY": (Outcome.FORBIDDEN, "the user may not do that; extend its permission set"),
    "UNABLE_TO_LOCK_ROW": (Outcome.SILENT, "somebody else is at that record"),
    "QUERY_TIMEOUT": (Outcome.SILENT, "the question took it too long"),
    "SERVER_UNAVAILABLE": (Outcome.SILENT, "it is out of order"),
}


class Refusal(Trouble):
    """A refusal by the code that Salesforce gave it."""

    def __init__(self, outcome: Outcome, sentence: str, code: str, after_s: float | None = None) -> None:
        super().__init__(outcome, sentence, after_s=after_s)
        self.code = code


def meant(call: Call, response: httpx.Response) -> Trouble | None:
    """What an answer's code means; None where it has none, and its status says it all."""
    try:
        told = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict) and isinstance(told.get("error"), str):
        advice = _ADVICE.get(str(told.get("error_description")), "check the connected app and salesforce.client_id")
        code = told["error"]
        return Refusal(Outcome.UNAUTHORISED, f"{LABEL} does not let us in ({_word(code)}): {advice}.", code)
    code = code_of(told)
    return trouble_of(call.name, code) if code else None


def trouble_of(name: str, code: str) -> Refusal:
    """What a code means."""
    outcome, advice = _ALIKE.get(code, (Outcome.REFUSED, "it was not accepted"))
    after = _TOO_MANY_AFTER_S if outcome is Outcome.THROTTLED else None
    return Refusal(outcome, f"{LABEL} answered {name} with {_word(code)}: {advice}.", code, after)


def code_of(told: object) -> str:
    """The code of the first error of an answer; empty where it names none."""
    first = told[0] if isinstance(told, list) and told else told
    code = first.get("errorCode") or first.get("statusCode") if isinstance(first, dict) else ""
    return code if isinstance(code, str) else ""


def _word(code: str) -> str:
    return "".join(letter for letter in code if letter.isascii() and (letter.isalnum() or letter == "_"))[:60]
