"""Our books beside a venue's picture: hand-worked cases, and random changes that must be found exactly."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.comparing import OurBooks, compare
from engine.domain.instrument import InstrumentKind
from engine.domain.ledger import EntryKind, LedgerEntry, entries_of
from engine.domain.money import ZERO
from engine.domain.order import Fill, Liquidity, Order, OrderState, Side
from engine.domain.positions import FundingPaid
from engine.domain.truth import Cause, RepairStep, StepKind, Subject, TruthRow, chosen_rows, make_plan
from engine.domain.venue_picture import RestingOrder, VenuePicture
from tests.support.views import NOON, grid_bot, instrument_of, market_of

D = Decimal
INSTRUMENT = instrument_of("live:1")
SHOWN = grid_bot(market_of(INSTRUMENT))
LIVE = SHOWN.open_orders
LEDGER = {"KRW": D("10000000.25"), "XRP": D("2500.5")}
#: Long after every order of ours was changed for the last time.
AT = NOON + timedelta(hours=1)


def resting(order: Order) -> RestingOrder:
    return RestingOrder(
        order.client_order_id, order.venue_order_id, order.symbol, order.side, order.price, order.quantity,
        order.filled_quantity,
    )  # fmt: skip


def books(**changes: object) -> OurBooks:
    same = OurBooks(
        "live:1", (SHOWN.bot,), (INSTRUMENT,), ((SHOWN.bot.bot_id, len(SHOWN.rungs)),), LIVE, (),
        tuple(LEDGER.items()), frozenset(),
    )  # fmt: skip
    return replace(same, **changes)  # type: ignore[arg-type]


def picture(**changes: object) -> VenuePicture:
    rows = tuple((asset, total, ZERO) for asset, total in LEDGER.items())
    return replace(VenuePicture(AT, tuple(map(resting, LIVE)), rows, (), 1.0), **changes)  # type: ignore[arg-type]


def fill_of(order: Order, quantity: Decimal, trade_id: str = "t1") -> Fill:
    assert order.price is not None
    return Fill(
        order.venue, trade_id, order.client_order_id, order.symbol, order.side, order.price, quantity, D("1.5"), "KRW",
        Liquidity.MAKER, AT - timedelta(minutes=1),
    )  # fmt: skip


def moved(*fills: Fill) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """The venue's balances after executions."""
    totals = dict(LEDGER)
    for fill in fills:
        for entry in entries_of(fill, INSTRUMENT, "live:1", ""):
            totals[entry.asset] += entry.amount
    return tuple((asset, total, ZERO) for asset, total in totals.items())


def differing(rows: tuple[TruthRow, ...]) -> dict[str, Cause]:
    return {row.key: row.cause for row in rows if row.is_difference}


def test_where_both_say_the_same_every_rung_and_asset_is_there_and_nothing_differs() -> None:
    rows = compare(books(), picture())
    assert differing(rows) == {}
    assert sorted(row.rung for row in rows if row.subject is Subject.RUNG) == list(range(20))
    assert [(row.subject, row.asset) for row in rows[-2:]] == [(Subject.POSITION, "XRP"), (Subject.BALANCE, "KRW")]
    assert not any(row.repair for row in rows)


def test_a_rung_without_an_order_is_a_row_of_its_own() -> None:
    gone = LIVE[3]
    rows = compare(
        books(live=LIVE[:3] + LIVE[4:]), picture(orders=tuple(resting(order) for order in LIVE if order != gone))
    )
    [row] = [row for row in rows if row.rung == gone.rung]
    assert (row.key, row.ours, row.venue, row.cause) == (f"rung:xrpgrid1:{gone.rung}", None, None, Cause.NOTHING)


def test_a_partial_fill_that_we_did_not_book_explains_order_and_balances() -> None:
    order = next(order for order in LIVE if order.side is Side.BUY)
    fill = fill_of(order, D(10))
    seen = picture(
        orders=tuple(
            replace(resting(each), filled_quantity=D(10) if each == order else ZERO) for each in LIVE
        ),
        balances=moved(fill),
        fills=(fill,),
    )  # fmt: skip
    rows = compare(books(), seen)
    key = f"order:{order.client_order_id}"
    assert differing(rows) == {
        key: Cause.FILL_NOT_BOOKED,
        "asset:XRP": Cause.FILL_NOT_BOOKED,
        "asset:KRW": Cause.FILL_NOT_BOOKED,
    }
    [row] = [row for row in rows if row.key == key]
    assert (row.ours, row.venue, row.difference) == (order.quantity, order.quantity - 10, D(-10))
    assert [step.kind for row in rows for step in row.repair] == [StepKind.ASK]
    # 10 XRP at the order's price, and 1.5 KRW of fee.
    [money] = [row for row in rows if row.asset == "KRW"]
    assert order.price is not None
    assert money.difference == -(order.price * 10) - D("1.5")


def test_money_that_moved_beside_a_fill_is_booked_without_the_fill() -> None:
    order = next(order for order in LIVE if order.side is Side.BUY)
    fill = fill_of(order, order.quantity)
    balances = tuple((asset, total + (D("123.45") if asset == "KRW" else 0), ZERO) for asset, total, _ in moved(fill))
    rows = compare(
        books(),
        picture(
            orders=tuple(resting(each) for each in LIVE if each != order), balances=balances, fills=(fill,)
        ),
    )  # fmt: skip
    assert differing(rows) == {
        f"order:{order.client_order_id}": Cause.FILL_NOT_BOOKED,
        "asset:XRP": Cause.FILL_NOT_BOOKED,
        "asset:KRW": Cause.MONEY_MOVED,
    }
    [step] = [step for row in rows if row.asset == "KRW" for step in row.repair]
    assert step == RepairStep(StepKind.BOOK, asset="KRW", amount=D("123.45"))


def test_a_fill_whose_money_the_venue_does_not_tell_yet_is_never_booked_as_money_that_moved() -> None:
    order = next(order for order in LIVE if order.side is Side.BUY)
    seen = picture(
        orders=tuple(replace(resting(each), filled_quantity=D(4) if each == order else ZERO) for each in LIVE),
        balances=moved(fill_of(order, D(4))),
    )
    rows = compare(books(), seen)
    assert set(differing(rows).values()) == {Cause.FILL_NOT_BOOKED}
    assert [step.kind for row in rows for step in row.repair] == [StepKind.ASK]


def test_an_order_that_is_gone_was_cancelled_by_hand_or_by_us_or_never_arrived() -> None:
    by_hand, by_us, never = LIVE[0], LIVE[1], LIVE[2]
    live = (
        by_hand,
        replace(by_us, is_cancel_requested=True),
        replace(never, state=OrderState.UNKNOWN, venue_order_id=""),
        *LIVE[3:],
    )
    rows = compare(books(live=live), picture(orders=tuple(map(resting, LIVE[3:]))))
    assert differing(rows) == {
        f"order:{by_hand.client_order_id}": Cause.CANCELED_BY_HAND,
        f"order:{by_us.client_order_id}": Cause.END_NOT_BOOKED,
        f"order:{never.client_order_id}": Cause.UNKNOWN_TO_VENUE,
    }
    assert {step.kind for row in rows for step in row.repair} == {StepKind.ASK}


def test_what_changed_within_the_venues_lag_is_no_reason_to_do_anything() -> None:
    fresh = replace(LIVE[0], updated_at=AT - timedelta(milliseconds=900))
    late = LedgerEntry("live:1", "xrpgrid1", "KRW", D(-700), EntryKind.TRADE, "v:9", AT - timedelta(milliseconds=500))
    ledger = (("KRW", LEDGER["KRW"] - 700), ("XRP", LEDGER["XRP"]))
    ours = books(live=(fresh, *LIVE[1:]), ledger=ledger, recent=(late,))
    rows = compare(ours, picture(orders=tuple(map(resting, LIVE[1:]))))
    assert differing(rows) == {f"order:{fresh.client_order_id}": Cause.VENUE_LAG, "asset:KRW": Cause.VENUE_LAG}
    assert not any(row.repair for row in rows)
    # A second later the same is no lag any more.
    later = picture(orders=tuple(map(resting, LIVE[1:])), at=AT + timedelta(seconds=1))
    assert differing(compare(ours, later)) == {
        f"order:{fresh.client_order_id}": Cause.CANCELED_BY_HAND,
        "asset:KRW": Cause.MONEY_MOVED,
    }


def test_orders_under_our_name_are_cancelled_and_other_peoples_are_left_alone() -> None:
    ended = replace(LIVE[0], state=OrderState.CANCELED)
    stranger = RestingOrder("xrpgrid1G1R3BC9A9", "v77", "XRP/KRW", Side.BUY, D(700), D(5))
    foreign = RestingOrder("by-hand-1", "v78", "XRP/KRW", Side.SELL, D(900), D(6))
    nameless = RestingOrder("", "v79", "XRP/KRW", Side.SELL, D(901), D(7))
    seen = picture(orders=(*map(resting, LIVE), stranger, foreign, nameless))
    rows = compare(books(live=LIVE[1:], ended=(ended,)), seen)
    assert differing(rows) == {
        f"order:{ended.client_order_id}": Cause.UNKNOWN_TO_US,
        "order:xrpgrid1G1R3BC9A9": Cause.UNKNOWN_TO_US,
    }
    assert {row.key for row in rows if row.cause is Cause.NOT_OURS} == {"order:by-hand-1", "order:v79"}
    steps = [step for row in rows for step in row.repair]
    assert {(step.kind, step.venue_order_id) for step in steps} == {
        (StepKind.CANCEL, ended.venue_order_id),
        (StepKind.CANCEL, "v77"),
    }


def test_an_execution_of_an_order_that_ended_for_us_is_booked() -> None:
    ended = replace(LIVE[0], state=OrderState.CANCELED)
    known, missing = fill_of(ended, D(1), "t1"), fill_of(ended, D(2), "t2")
    ours = books(live=LIVE[1:], ended=(ended,), booked=frozenset({"t1"}))
    seen = picture(orders=tuple(map(resting, LIVE[1:])), fills=(known, missing), balances=moved(missing))
    rows = compare(ours, seen)
    assert differing(rows) == {
        f"fills:{ended.client_order_id}": Cause.FILL_NOT_BOOKED,
        "asset:XRP": Cause.FILL_NOT_BOOKED,
        "asset:KRW": Cause.FILL_NOT_BOOKED,
    }
    [step] = [step for row in rows for step in row.repair]
    assert (step.kind, step.trade_id, step.quantity) == (StepKind.FILL, "t2", D(2))


def test_a_trade_by_hand_changed_the_position_and_not_more() -> None:
    by_hand = replace(fill_of(LIVE[0], D(30), "t9"), client_order_id="", side=Side.SELL)
    rows = compare(books(), picture(balances=moved(by_hand), fills=(by_hand,)))
    assert differing(rows) == {"asset:XRP": Cause.POSITION_CHANGED, "asset:KRW": Cause.POSITION_CHANGED}
    [base] = [row for row in rows if row.asset == "XRP"]
    assert base.repair == (RepairStep(StepKind.BOOK, asset="XRP", amount=D(-30), is_outside=True),)


def test_a_position_in_a_perpetual_is_traded_and_never_paid_in() -> None:
    perpetual = replace(INSTRUMENT, kind=InstrumentKind.PERP)
    asset = perpetual.position_asset
    ours = books(live=(), instruments=(perpetual,), rungs=(), ledger=(("KRW", D(1000)), (asset, D(3))))
    # Half of it was closed by hand at 800: the position is less, and what stands for its cost came back.
    balances = (("KRW", D(2200), ZERO), (asset, D("1.5"), ZERO))
    rows = compare(ours, picture(orders=(), balances=balances))
    assert [(row.subject, row.asset, row.cause, row.difference) for row in rows] == [
        (Subject.POSITION, asset, Cause.POSITION_CHANGED, D("-1.5")),
        (Subject.BALANCE, "KRW", Cause.POSITION_CHANGED, D(1200)),
    ]
    assert rows[0].repair == (RepairStep(StepKind.BOOK, asset=asset, amount=D("-1.5"), is_outside=True),)
    # Nobody told what it was sold for; that it was sold and not paid in is sure.
    assert rows[1].repair == (RepairStep(StepKind.BOOK, asset="KRW", amount=D(1200), is_outside=True),)
    fill = replace(fill_of(LIVE[0], D("1.5"), "t5"), client_order_id="by-hand", side=Side.SELL, price=D(801))
    told = compare(ours, picture(orders=(), balances=balances, fills=(fill,)))
    # 1.5 x 801 less a fee of 1.5 is the 1,200 that came.
    assert [row.cause for row in told] == [Cause.POSITION_CHANGED, Cause.POSITION_CHANGED]


def paid(amount: str, reference: str, seconds_ago: float = 60) -> FundingPaid:
    return FundingPaid(
        "live:1", "live:1", INSTRUMENT.symbol, "KRW", D(amount), reference, AT - timedelta(seconds=seconds_ago)
    )


def with_krw(amount: str) -> VenuePicture:
    """The venue has so much more of it than our ledger."""
    return picture(balances=(("KRW", LEDGER["KRW"] + D(amount), ZERO), ("XRP", LEDGER["XRP"], ZERO)))


def test_funding_that_is_not_booked_is_no_money_that_moved() -> None:
    ours = books(unpaid=(paid("-12.5", "f1"), paid("2.5", "f2")))
    [row] = [row for row in compare(ours, with_krw("-10")) if row.is_difference]
    assert (row.asset, row.cause, row.difference) == ("KRW", Cause.FUNDING_NOT_BOOKED, D(-10))
    assert [(step.kind, step.amount, step.reference) for step in row.repair] == [
        (StepKind.FUNDING, D("-12.5"), "f1"),
        (StepKind.FUNDING, D("2.5"), "f2"),
    ]
    # A withdrawal beside it is found to the last unit, and the funding is not booked a second time with it.
    [row] = [row for row in compare(ours, with_krw("-110.75")) if row.is_difference]
    assert row.cause is Cause.MONEY_MOVED
    assert [(step.kind, step.amount) for step in row.repair] == [
        (StepKind.FUNDING, D("-12.5")),
        (StepKind.FUNDING, D("2.5")),
        (StepKind.BOOK, D("-100.75")),
    ]


def test_funding_of_this_very_moment_is_waited_for() -> None:
    ours = books(unpaid=(paid("-12.5", "f1", seconds_ago=0.5),))
    [row] = [row for row in compare(ours, with_krw("-12.5")) if row.is_difference]
    assert (row.cause, row.repair) == (Cause.VENUE_LAG, ())
    # Told before the total knows of it.
    assert differing(compare(ours, with_krw("0"))) == {}
    # Nothing is entered as moved while it may be this.
    [row] = [row for row in compare(ours, with_krw("-20")) if row.is_difference]
    assert (row.cause, row.repair) == (Cause.VENUE_LAG, ())


def test_less_than_a_unit_for_each_execution_is_rounding() -> None:
    fills = tuple(fill_of(LIVE[0], D(1), f"t{number}") for number in range(3))
    ours = books(live=LIVE, booked=frozenset(fill.trade_id for fill in fills))
    for amount, cause in (("0.00000003", Cause.FEE_ROUNDING), ("0.00000004", Cause.MONEY_MOVED)):
        balances = (("KRW", LEDGER["KRW"] - D(amount), ZERO), ("XRP", LEDGER["XRP"], ZERO))
        assert differing(compare(ours, picture(fills=fills, balances=balances))) == {"asset:KRW": cause}


def test_an_asset_that_only_one_of_us_knows_is_a_difference() -> None:
    balances = (("KRW", LEDGER["KRW"], ZERO), ("BTC", D("0.1"), ZERO))
    rows = compare(books(), picture(balances=balances))
    assert differing(rows) == {"asset:XRP": Cause.MONEY_MOVED, "asset:BTC": Cause.MONEY_MOVED}
    assert {row.asset: row.difference for row in rows if row.asset} == {
        "XRP": -LEDGER["XRP"],
        "BTC": D("0.1"),
        "KRW": ZERO,
    }


def test_a_plan_holds_while_nothing_of_it_changed() -> None:
    seen = picture(balances=(("KRW", LEDGER["KRW"] + 5, ZERO), ("XRP", LEDGER["XRP"], ZERO)))
    rows = chosen_rows(compare(books(), seen), ())
    plan = make_plan("live:1", rows, LIVE[:1])
    written = replace(seen, balances=(("KRW", D("10000005.250"), ZERO), ("XRP", LEDGER["XRP"], ZERO)))
    assert make_plan("live:1", chosen_rows(compare(books(), written), ()), LIVE[:1]) == plan
    assert make_plan("live:1", rows, LIVE[:2]).plan_id != plan.plan_id
    assert make_plan("live:2", rows, LIVE[:1]).plan_id != plan.plan_id
    more = picture(balances=(("KRW", LEDGER["KRW"] + 6, ZERO), ("XRP", LEDGER["XRP"], ZERO)))
    assert make_plan("live:1", chosen_rows(compare(books(), more), ()), LIVE[:1]).plan_id != plan.plan_id
    assert make_plan("live:1", chosen_rows(compare(books(), seen), ("asset:XRP",)), ()).steps == ()


ORDER_CHANGES = st.sampled_from(
    ["same", "gone", "price", "quantity", "part", "all", "fresh", "cancelling", "unknown", "untold"]
)
UNIT = D("0.0001")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(ORDER_CHANGES, min_size=len(LIVE), max_size=len(LIVE)),
    st.integers(0, 3),
    st.integers(0, 3),
    st.fixed_dictionaries({asset: st.sampled_from(["same", "in", "out", "dust"]) for asset in LEDGER}),
)
def test_random_changes_are_found_and_nothing_else(
    changes: list[str], strangers: int, foreign: int, money: dict[str, str]
) -> None:
    live, there, fills, expected = list(LIVE), [], [], {}
    is_untold = False
    for at, (order, change) in enumerate(zip(LIVE, changes, strict=True)):
        key, row = f"order:{order.client_order_id}", resting(order)
        assert order.price is not None
        match change:
            case "same":
                there.append(row)
            case "gone":
                expected[key] = Cause.CANCELED_BY_HAND
            case "price":
                there.append(replace(row, price=order.price + 1))
                expected[key] = Cause.PRICE_DIFFERS
            case "quantity":
                there.append(replace(row, quantity=order.quantity - UNIT))
                expected[key] = Cause.QUANTITY_DIFFERS
            case "part":
                fills.append(fill_of(order, UNIT, f"part{at}"))
                there.append(replace(row, filled_quantity=UNIT))
                expected[key] = Cause.FILL_NOT_BOOKED
            case "all":
                fills.append(fill_of(order, order.quantity, f"all{at}"))
                expected[key] = Cause.FILL_NOT_BOOKED
            case "fresh":
                live[at] = replace(order, updated_at=AT)
                expected[key] = Cause.VENUE_LAG
            case "cancelling":
                live[at] = replace(order, is_cancel_requested=True)
                expected[key] = Cause.END_NOT_BOOKED
            case "unknown":
                live[at] = replace(order, state=OrderState.UNKNOWN)
                expected[key] = Cause.UNKNOWN_TO_VENUE
            case "untold":
                there.append(replace(row, filled_quantity=UNIT))
                expected[key] = Cause.FILL_NOT_BOOKED
                is_untold = True
    for number in range(strangers):
        name = f"xrpgrid1G1R{number}BC99A1"
        there.append(RestingOrder(name, f"s{number}", "XRP/KRW", Side.BUY, D(700), D(5)))
        expected[f"order:{name}"] = Cause.UNKNOWN_TO_US
    there += [RestingOrder("", f"f{number}", "XRP/KRW", Side.BUY, D(700), D(5)) for number in range(foreign)]
    added = {"same": ZERO, "in": D(50), "out": D(-50), "dust": D("0.00000001")}
    balances = tuple((asset, total + added[money[asset]], ZERO) for asset, total, _ in moved(*fills))
    for asset, change in money.items():
        if change == "same" and not fills:
            continue
        if change == "same" or is_untold:
            expected[f"asset:{asset}"] = Cause.FILL_NOT_BOOKED
        else:
            expected[f"asset:{asset}"] = Cause.FEE_ROUNDING if change == "dust" else Cause.MONEY_MOVED
    ours = books(live=tuple(live))
    rows = compare(ours, picture(orders=tuple(there), balances=balances, fills=tuple(fills)))
    assert differing(rows) == expected
    assert len({row.key for row in rows}) == len(rows)
    assert sum(row.cause is Cause.NOT_OURS for row in rows) == foreign
    # What a repair enters into the ledger is exactly what came or went without us.
    entered = {row.asset: row.repair[0].amount for row in rows if row.asset and row.repair}
    assert entered == {asset: added[change] for asset, change in money.items() if change != "same" and not is_untold}
