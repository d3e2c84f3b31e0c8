"""What Oracle answers when it does not do what was asked."""

from __future__ import annotations

from http import HTTPStatus

CODES = {
    HTTPStatus.BAD_REQUEST: "InvalidParameter",
    HTTPStatus.UNAUTHORIZED: "NotAuthenticated",
    HTTPStatus.FORBIDDEN: "NotAuthorized",
    HTTPStatus.NOT_FOUND: "NotAuthorizedOrNotFound",
    HTTPStatus.CONFLICT: "IncorrectState",
    HTTPStatus.PRECONDITION_FAILED: "NoEtagMatch",
    HTTPStatus.TOO_MANY_REQUESTS: "TooManyRequests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "InternalServerError",
    HTTPStatus.BAD_GATEWAY: "BadGateway",
    HTTPStatus.SERVICE_UNAVAILABLE: "ServiceUnavailable",
    HTTPStatus.GATEWAY_TIMEOUT: "GatewayTimeout",
}


class OracleError(Exception):
    """A refusal with the status and code the SDK turns into a ServiceError."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def invalid(message: str) -> OracleError:
    return OracleError(400, "InvalidParameter", message)


def missing(name: str) -> OracleError:
    return OracleError(400, "MissingParameter", f"{name} is required.")


def unreadable(why: str) -> OracleError:
    return OracleError(
        400, "CannotParseRequest", f"Incorrectly formatted request. Please refer to our documentation for help. {why}"
    )


def limit_exceeded(message: str) -> OracleError:
    return OracleError(400, "LimitExceeded", message)


def not_authenticated(why: str) -> OracleError:
    return OracleError(
        401,
        "NotAuthenticated",
        f"The required information to complete authentication was not provided or was incorrect. {why}",
    )


def not_found(what: str = "Authorization failed or requested resource not found.") -> OracleError:
    return OracleError(404, "NotAuthorizedOrNotFound", what)


def related_not_found(message: str) -> OracleError:
    """Something that the body names is not there, or not for the one who asks."""
    return OracleError(400, "RelatedResourceNotAuthorizedOrNotFound", message)


def forbidden() -> OracleError:
    return OracleError(403, "NotAuthorized", "This path is closed.")


def not_allowed(why: str) -> OracleError:
    """Right for who asks, but not here: some services answer in the home region alone."""
    return OracleError(403, "NotAllowed", why)


def incorrect_state(message: str) -> OracleError:
    return OracleError(409, "IncorrectState", message)


def conflict(message: str) -> OracleError:
    """Something else is attached: unlike IncorrectState, waiting does not help, and the SDK does not retry it."""
    return OracleError(409, "Conflict", message)


def token_used(token: str) -> OracleError:
    return OracleError(
        409, "InvalidatedRetryToken", f"The retry token {token} was used before with different request details."
    )


def etag_differs() -> OracleError:
    return OracleError(412, "NoEtagMatch", "The resource was changed by another request: the etag does not match.")
