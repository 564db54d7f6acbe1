"""What repositories accept and what they refuse, before a database hears of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from storage.repositories import arguments

SEOUL = timezone(timedelta(hours=9))

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=8)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_a_document_is_read_back_digit_for_digit(value: Any) -> None:
    read = json.loads(arguments.document("settings", value), parse_float=Decimal, parse_int=Decimal)

    def exact(one: Any) -> Any:
        if isinstance(one, bool) or one is None or isinstance(one, str):
            return one
        if isinstance(one, int | Decimal):
            return Decimal(one)
        if isinstance(one, dict):
            return {key: exact(member) for key, member in one.items()}
        return [exact(member) for member in one]

    assert read == exact(value)


def test_documents_are_written_as_json() -> None:
    assert arguments.document("settings", {"a": [1, Decimal("1E+3"), 0.5, None, True], "빈": {}, "b": []}) == (
        '{"a":[1,1000,0.5,null,true],"빈":{},"b":[]}'
    )
    assert json.loads(arguments.document("settings", {"a": 'x"\\\n\t\x1f'})) == {"a": 'x"\\\n\t\x1f'}


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: arguments.words("name", ""), "The name must not be empty."),
        (lambda: arguments.words("name", " \t"), "The name must not be empty."),
        (lambda: arguments.words("name", "a" * 201), "The name has 201 characters; at most 200 are kept."),
        (
            lambda: arguments.words("name", "a\0b"),
            "The name holds a NUL character, which a database cannot keep.",
        ),
        (
            lambda: arguments.words("name", "a\ud800"),
            "The name holds half a character, which a database cannot keep.",
        ),
        (lambda: arguments.words("name", 5), "The name must be a text."),  # type: ignore[arg-type]
        (lambda: arguments.one_of("side", "up", ("long", "short")), "The side must be one of long, short, not 'up'."),
        (lambda: arguments.row_id("user", 0), "The user must be from 1 to 9223372036854775807, not 0."),
        (lambda: arguments.row_id("id", 2**63), f"The id must be from 1 to {2**63 - 1}, not {2**63}."),
        (lambda: arguments.row_id("user", True), "The user must be a whole number."),
        (lambda: arguments.whole("count", 2**31), "The count must be from 0 to 2147483647, not 2147483648."),
        (lambda: arguments.number("price", Decimal("NaN")), "The price must be a finite number."),
        (lambda: arguments.number("price", Decimal("-Infinity")), "The price must be a finite number."),
        (lambda: arguments.number("price", 0.1), "The price must be an exact number."),  # type: ignore[arg-type]
        (
            lambda: arguments.number("price", Decimal("1E+200000")),
            "The price has more than 60 digits before or after the point.",
        ),
        (
            lambda: arguments.number("price", Decimal("1E-200000")),
            "The price has more than 60 digits before or after the point.",
        ),
        (lambda: arguments.number("part", Decimal(2), Decimal(0), Decimal(1)), "The part must be from 0 to 1, not 2."),
        (lambda: arguments.number("share", Decimal(-2), Decimal(0)), "The share must be at least 0, not -2."),
        (lambda: arguments.number("share", Decimal(2), None, Decimal(1)), "The share must be at most 1, not 2."),
        (lambda: arguments.positive("amount", Decimal(0)), "The amount must be above 0, not 0."),
        (
            lambda: arguments.instant("start", datetime(2026, 1, 1)),  # noqa: DTZ001 - the point of the test
            "The start must be a time with its zone.",
        ),
        (
            lambda: arguments.instant("start", datetime(1, 1, 1, tzinfo=SEOUL)),
            "The start lies outside the calendar.",
        ),
        (lambda: arguments.document("settings", {"a": float("nan")}), "The settings holds nan, which is not a number."),
        (lambda: arguments.document("settings", {1: 2}), "The settings has a key that is not a text."),
        (
            lambda: arguments.document("settings", {"a": {"b\0": 1}}),
            "The settings holds a NUL character, which a database cannot keep.",
        ),
        (
            lambda: arguments.document("settings", [datetime(2026, 1, 1, tzinfo=UTC)]),
            "The settings holds a datetime, which a document cannot keep.",
        ),
        (lambda: arguments.document("settings", nested(200)), "The settings is nested more than 100 levels deep."),
        (
            lambda: arguments.document("settings", 10**5000),
            "The settings has more than 60 digits before or after the point.",
        ),
    ],
)  # fmt: skip
def test_refusals_are_one_sentence(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        ask()
    assert str(refused.value) == sentence


def test_only_known_columns_are_changed() -> None:
    rules: dict[str, Callable[[Any], Any]] = {"name": lambda value: arguments.words("name", value)}
    assert arguments.checked("strategy", {"name": "x"}, rules) == {"name": "x"}
    with pytest.raises(UsageError) as refused:
        arguments.checked("strategy", {"name": "x", "user_id = 2 --": 1}, rules)
    assert str(refused.value) == "A strategy has no 'user_id = 2 --'."


def test_what_is_right_is_passed_on_as_it_is() -> None:
    assert arguments.words("name", "한글 ' \" ; -- \\") == "한글 ' \" ; -- \\"
    assert arguments.words("note", "", may_be_empty=True) == ""
    assert arguments.optional_words("note", None) is None
    assert arguments.one_of("side", "long", ("long", "short")) == "long"
    assert arguments.row_id("user", 2**63 - 1) == 2**63 - 1
    assert str(arguments.number("price", Decimal("1.10"), Decimal("1.1"), Decimal("1.1"))) == "1.10"
    assert arguments.optional_number("price", None, Decimal(0)) is None
    at = arguments.instant("start", datetime(2026, 1, 1, 9, tzinfo=SEOUL))
    assert (at, at.tzinfo) == (datetime(2026, 1, 1, tzinfo=UTC), UTC)
