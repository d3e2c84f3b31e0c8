"""What Oracle's refusals become for the person who asked."""

from __future__ import annotations

import pytest
from oci._vendor import requests
from oci.exceptions import ConnectTimeout, InvalidConfig, RequestException, ServiceError

from bot.oracle.errors import LONGEST_MESSAGE, translate, understood
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable

DOING = "Listing clusters in eu-frankfurt-1"
REQUEST_ID = "A1/B2/C3"


def answer(status: int, code: str | None, message: str | None = "No.", **headers: str) -> ServiceError:
    return ServiceError(status, code, {"opc-request-id": REQUEST_ID, **headers}, message)


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (400, "InvalidParameter", Invalid, "Oracle answered 400 InvalidParameter: No (opc-request-id A1/B2/C3)."),
        (400, "CannotParseRequest", Invalid, "CannotParseRequest"),
        (400, "LimitExceeded", Invalid, "service limit is reached: ask Oracle to raise it in the Console under"),
        (400, "QuotaExceeded", Invalid, "compartment's quota is reached: a tenancy administrator sets it"),
        (401, "NotAuthenticated", Denied, "The identity's key or token was not accepted"),
        (403, "NotAuthorized", Denied, "an administrator grants it with a policy"),
        (404, "NotAuthorizedOrNotFound", NotFound, "it does not exist here, or the identity may not see or use it"),
        (405, "MethodNotAllowed", Invalid, "405 MethodNotAllowed"),
        (408, "RequestTimeout", Unavailable, "408 RequestTimeout"),
        (409, "IncorrectState", Conflict, "409 IncorrectState: No (opc-request-id A1/B2/C3). Nothing was changed."),
        (409, "InvalidatedRetryToken", Conflict, "InvalidatedRetryToken"),
        (412, "NoEtagMatch", Conflict, "It has changed since it was read"),
        (413, "RequestEntityTooLarge", Invalid, "413"),
        (422, "UnprocessableEntity", Invalid, "422"),
        (429, "TooManyRequests", Unavailable, "429 TooManyRequests"),
        (500, "InternalServerError", Unavailable, "500 InternalServerError"),
        (501, "MethodNotImplemented", Unavailable, "501"),
        (502, None, Unavailable, "Oracle answered 502: No"),
        (503, "ServiceUnavailable", Unavailable, "503"),
        (504, "GatewayTimeout", Unavailable, "504"),
    ],
)
def test_each_status_becomes_its_kind_with_what_was_being_done(
    status: int, code: str | None, kind: type[DacError], words: str
) -> None:
    problem = translate(answer(status, code), DOING)
    assert type(problem) is kind
    assert str(problem).startswith(f"{DOING}: Oracle answered {status}")
    assert words in str(problem)
    assert REQUEST_ID in str(problem)


def test_a_wait_that_oracle_asks_for_is_passed_on() -> None:
    problem = translate(answer(429, "TooManyRequests", **{"retry-after": "30"}), DOING)
    assert str(problem).endswith("Oracle asks to wait 30 s.")


def test_a_wait_given_as_a_date_is_left_out() -> None:
    problem = translate(answer(503, "Busy", **{"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}), DOING)
    assert "wait" not in str(problem)


def test_a_page_of_html_is_cut_and_put_on_one_line() -> None:
    problem = str(translate(answer(502, None, "<html>\r\n<body>\x1b[31m" + "gateway " * 5000), DOING))
    assert len(problem) < LONGEST_MESSAGE + 120
    assert problem.isprintable()
    assert "…" in problem


def test_an_answer_without_message_or_request_id_is_still_a_sentence() -> None:
    assert str(translate(ServiceError(500, None, {}, None), DOING)) == f"{DOING}: Oracle answered 500."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectTimeout(requests.exceptions.ConnectTimeout("host=secret")), "could not be reached in time"),
        (RequestException(requests.exceptions.ReadTimeout("host=secret")), "did not answer in time"),
        (RequestException(requests.exceptions.SSLError("host=secret")), "certificate was not accepted"),
        (RequestException(requests.exceptions.ProxyError("host=secret")), "proxy on the way"),
        (RequestException(requests.exceptions.ConnectionError("host=secret")), "no connection, or it broke"),
        (
            RequestException(requests.exceptions.ConnectionError("secret: [Errno -2] Name or service not known")),
            "could not be reached (no host is known by that name)",
        ),
        (RequestException(requests.exceptions.ChunkedEncodingError("host=secret")), "failed on the way"),
        (requests.exceptions.ReadTimeout("host=secret"), "did not answer in time"),
    ],
)
def test_no_answer_is_told_by_its_kind_without_the_address(error: Exception, words: str) -> None:
    problem = translate(error, DOING)
    assert type(problem) is Unavailable
    assert str(problem).startswith(f"{DOING}: ")
    assert words in str(problem)
    assert "secret" not in str(problem)


@pytest.mark.parametrize("error", [ValueError("Parameter x cannot be None"), InvalidConfig({"region": "missing"})])
def test_what_the_sdk_refuses_to_send_is_invalid(error: Exception) -> None:
    assert type(translate(error, DOING)) is Invalid


@pytest.mark.parametrize("error", [KeyError("id"), ValueError("secret"), TypeError("secret"), AttributeError("secret")])
def test_an_answer_that_cannot_be_read_is_unavailable_and_not_quoted(error: Exception) -> None:
    with pytest.raises(Unavailable, match="not in the form expected") as caught, understood(DOING):
        raise error
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
