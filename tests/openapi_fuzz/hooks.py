"""What schemathesis has to know of this API beyond its document, and two checks of our own."""
import atexit
import collections
import datetime
import json
import os
import pathlib
import re

import schemathesis
from hypothesis import strategies as st

POURED = datetime.datetime(2026, 3, 2, 6), datetime.datetime(2026, 3, 3, 6)  # house.py's day
ALL_TIMES = datetime.datetime(1970, 1, 2), datetime.datetime(2199, 12, 30)  # a day less, because zones move them
ZONES = ["Z", "+00:00", "-07:00", "+05:45", "+14:00"]
# What the response "Error" of the document stands for, besides what each operation names.
ERRORS = {401, 403, 405, 413, 414, 415, 421, 429, 431}
ANOTHER_CURSOR = "must be the next_cursor of an earlier answer"
# Refusals of what fits the schema: (parameter or member, what is said of it), each with what no schema can say.
REASONS = [
    ("cursor", ANOTHER_CURSOR),  # what is in a cursor is the server's business
    ("from", "must be earlier than to(, and in the past)?"),  # one by another
    ("started", "must be earlier than stopped"),
    ("from|started", "must be at most 31 days before (to|stopped)"),
    ("from", r"is so early that the answer would have more than 10000 buckets; .*"),
    ("time_zone", "must be .*"),  # the names are the time zone database's
    ("by|text|label", r"must be a text of 1 to \d+ bytes in one line"),  # a schema counts characters
    ("types", "must be a text of 1 to 64 characters"),  # one counts types
    ("until", "must lie between one minute and 30 days ahead"),  # of the present
    ("time|stopped", "must not lie in the future"),
    ("volume", r"must be a number from \S+ to \S+"),  # the same litres are other numbers in other units
    (r"site\.time_zone", "must be .*"),
    (r"tariff(\.seasons\[\d+\])?", "must have either `price` or `tiers`, for every month that no season has"),
    (r"tariff\.seasons\[\d+\]", "has a month of a season before it"),
    (r"tariff\..*tiers\[\d+\]", "(is|must) .*"),  # by its place in the list, and by the one before it
    (r"(modes|irrigation)\[\d+\]\.to", "must not be the same as from; .*"),
]


def times(first, last):
    moments = st.datetimes(first, last).map(lambda time: time.isoformat(timespec="milliseconds"))
    return st.builds("".join, st.tuples(moments, st.sampled_from(ZONES)))


# As the document says of all times; every other one is of the day that has water.
schemathesis.openapi.format("date-time", st.one_of(times(*POURED), times(*ALL_TIMES)))


@schemathesis.hook
def before_call(_context, case, _kwargs):
    if case.operation.definition.raw["operationId"] == "labelUse" and str(case.path_parameters.get("id")).isdigit():
        case.path_parameters["id"] = os.environ["MILLRACE_USE"]  # a use has no number that the dictionary could have
    if case.method.upper() in ("GET", "HEAD"):
        # The fuzzer asks with the methods that an address has not, and gives them the body of those it has. A body with
        # GET is refused before anything else is looked at.
        case.body = schemathesis.core.NOT_SET
    elif case.method.upper() in ("POST", "PUT") and isinstance(case.body, schemathesis.core.NotSet):
        # The document asks for it in words; OpenAPI has no way to ask for the type of a body that is left out.
        case.headers["Content-Type"] = "application/json"


# How often each operation answered with each status, left behind for the test.
answers = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(_context, case, response):
    if response.request.method == case.operation.method.upper():
        answers[case.operation.definition.raw["operationId"]][response.status_code] += 1


@atexit.register
def leave_answers():
    pathlib.Path(os.environ["MILLRACE_ANSWERS"]).write_text(json.dumps(answers))


def reasons(response):
    """(parameter or member, what is said of it) of a refusal."""
    return [(each.get("parameter", each.get("field")), each["detail"]) for each in response.json().get("errors", [])]


def is_well_founded(response):
    if response.status_code == 422:  # of keys, what they should open is known to the daemon only
        return response.request.url.endswith("/api/v1/keys")
    given = reasons(response)
    if not given:  # it is no well-formed request: an address with control characters
        return re.search(r"%(0|1)[0-9A-F]|%7F", response.request.url) is not None
    return all(any(re.fullmatch(where, name) and re.fullmatch(what, detail) for where, what in REASONS)
               for name, detail in given)


@schemathesis.check
def valid_data_is_accepted(_context, response, case):
    """Whatever fits the document is taken, unless for a reason that no schema can give."""
    meta = case.meta
    valid = meta is not None and meta.generation.mode.is_positive
    if valid and response.status_code in (400, 422):
        assert is_well_founded(response), f"Refused although it fits the document: {response.text}"


@schemathesis.check
def every_error_is_described(_context, response, case):
    """The document names what an operation answers, and in "Error" all that any may. So "default" hides nothing."""
    named = {status for status in case.operation.definition.raw["responses"] if status != "default"}
    status = response.status_code
    other = ERRORS | ({404} if "{" in case.path else set()) | ({204} if response.request.method == "OPTIONS" else set())
    assert str(status) in named or status in other, f"Nobody said that this may answer {status}."
    if status >= 400 and response.headers.get("content-type", [""])[0].startswith("application/problem+json"):
        assert json.loads(response.content)["status"] == status
