"""What Discord answers when it does not do what was asked: status, code and body.

Reference > Opcodes and Status Codes > JSON Error Codes.
"""

from __future__ import annotations

from collections.abc import Iterable

from .limits import Json

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MEMBER, UNKNOWN_MESSAGE, UNKNOWN_USER = 10003, 10004, 10007, 10008, 10013
UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, UNKNOWN_COMMAND = 10015, 10062, 10063
ALREADY_ACKNOWLEDGED, TOO_MANY_FOLLOWUPS = 40060, 40094
MISSING_ACCESS, NOT_THE_AUTHOR, EMPTY_MESSAGE, MISSING_PERMISSIONS = 50001, 50005, 50006, 50013
INVALID_WEBHOOK_TOKEN, INVALID_FORM = 50027, 50035


class Refusal(Exception):
    """Raised by a route to answer with an error. `status` is HTTP's, `code` is Discord's; `blame` says that
    a correct bot never gets this answer, so that the test should fail."""

    def __init__(
        self, status: int, code: int, message: str, *, errors: Json | None = None, blame: bool = False
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status, self.code, self.message, self.errors, self.blame = status, code, message, errors, blame

    @property
    def body(self) -> Json:
        """The JSON body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors else body


def unknown(what: str, code: int) -> Refusal:
    """404: there is no such thing."""
    return Refusal(404, code, f"Unknown {what}")


def invalid_form(complaints: Iterable[str]) -> Refusal:
    """400 50035 of complaints such as "components/0/label: too long"."""
    errors: Json = {}
    for complaint in complaints:
        path, _, message = complaint.partition(": ")
        place = errors
        for step in path.split("/"):
            place = place.setdefault(step, {})
        place.setdefault("_errors", []).append({"code": "BASE_TYPE_BAD", "message": message})
    return Refusal(400, INVALID_FORM, "Invalid Form Body", errors=errors, blame=True)
