"""Which account runs out of what, and what a person might send there: worked out by hand."""

from decimal import Decimal as Amount

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.rebalancing import Need, Shortage, Transfer, TransferTerms, shortages

UPBIT, BINANCE = "live:upbit", "live:binance"


def d(text: str) -> Amount:
    return Amount(text)


#: Sells 100 XRP at home and buys them abroad for 57 USDT; twice more.
SELLS = (Need(UPBIT, "XRP", d("100"), 2, BINANCE), Need(BINANCE, "USDT", d("57"), 2, UPBIT))


def test_enough_of_everything_is_no_advice() -> None:
    assert shortages({(UPBIT, "XRP"): d("200"), (BINANCE, "USDT"): d("114")}, SELLS) == ()


def test_base_that_was_sold_at_home_lies_abroad() -> None:
    """Of two entries one is left: 80 are lacking, 0.4 go on the way."""
    free = {(UPBIT, "XRP"): d("120"), (BINANCE, "XRP"): d("300"), (BINANCE, "USDT"): d("500")}
    terms = TransferTerms(fee=d("0.4"), minimum=d("20"))
    transfer = Transfer("XRP", BINANCE, UPBIT, d("80.4"), terms)
    assert transfer.arriving == d("80")
    assert shortages(free, SELLS, {(BINANCE, "XRP"): terms}) == (
        Shortage(UPBIT, "XRP", d("120"), 1, 2, d("80"), transfer),
    )


def test_what_costs_are_not_known_is_said_so() -> None:
    [short] = shortages({(BINANCE, "XRP"): d("50"), (BINANCE, "USDT"): d("500")}, SELLS)
    assert (short.entries_left, short.lacking) == (0, d("200"))
    assert short.transfer == Transfer("XRP", BINANCE, UPBIT, d("50"), TransferTerms())


def test_the_least_that_a_venue_sends() -> None:
    free = {(UPBIT, "XRP"): d("195"), (BINANCE, "XRP"): d("30"), (BINANCE, "USDT"): d("500")}
    [short] = shortages(free, SELLS, {(BINANCE, "XRP"): TransferTerms(minimum=d("20"))})
    assert short.transfer is not None
    assert (short.lacking, short.transfer.amount) == (d("5"), d("20"))
    [short] = shortages(free, SELLS, {(BINANCE, "XRP"): TransferTerms(minimum=d("31"))})
    assert short.transfer is None
    [short] = shortages(free, SELLS, {(BINANCE, "XRP"): TransferTerms(fee=d("30"))})
    assert short.transfer is None, "all of it would be the fee"


def test_nobody_has_what_is_lacking() -> None:
    [short] = shortages({(UPBIT, "XRP"): d("200"), (UPBIT, "KRW"): d("9000000")}, SELLS)
    assert short == Shortage(BINANCE, "USDT", d("0"), 0, 2, d("114"), None)


def test_what_the_other_side_needs_itself_is_not_taken() -> None:
    """A second bot sells XRP abroad: of the 300 there it needs 250."""
    needs = (*SELLS, Need(BINANCE, "XRP", d("50"), 5, UPBIT))
    free = {(BINANCE, "XRP"): d("300"), (BINANCE, "USDT"): d("114")}
    [short] = shortages(free, needs)
    assert short.transfer == Transfer("XRP", BINANCE, UPBIT, d("50"), TransferTerms())


def test_two_accounts_do_not_get_the_same_coins() -> None:
    """Two homes lack 100 each, abroad there are 150: the one that can make no entry comes first."""
    other = "live:bithumb"
    needs = (Need(UPBIT, "XRP", d("100"), 2, BINANCE), Need(other, "XRP", d("100"), 1, BINANCE))
    free = {(UPBIT, "XRP"): d("100"), (BINANCE, "XRP"): d("150")}
    first, second = shortages(free, needs)
    assert (first.account, first.transfer) == (other, Transfer("XRP", BINANCE, other, d("100"), TransferTerms()))
    assert (second.account, second.transfer) == (UPBIT, Transfer("XRP", BINANCE, UPBIT, d("50"), TransferTerms()))


def test_two_bots_of_one_account_are_counted_together() -> None:
    needs = (Need(UPBIT, "XRP", d("100"), 1, BINANCE), Need(UPBIT, "XRP", d("30"), 2, BINANCE))
    [short] = shortages({(UPBIT, "XRP"): d("150"), (BINANCE, "XRP"): d("5")}, needs)
    assert (short.entries_left, short.entries, short.lacking) == (1, 3, d("10"))


AMOUNTS = st.decimals(0, 10_000, places=2)
ACCOUNTS = ("a", "b", "c")
NEEDS = st.lists(
    st.builds(
        Need, st.sampled_from(ACCOUNTS), st.just("XRP"), st.decimals("0.01", 1000, places=2), st.integers(1, 5),
        st.sampled_from(ACCOUNTS),
    ), max_size=6,
)  # fmt: skip


@given(
    st.dictionaries(st.tuples(st.sampled_from(ACCOUNTS), st.just("XRP")), AMOUNTS), NEEDS,
    st.dictionaries(st.tuples(st.sampled_from(ACCOUNTS), st.just("XRP")), st.builds(TransferTerms, AMOUNTS, AMOUNTS)),
)  # fmt: skip
def test_advice_never_makes_another_account_short(
    free: dict[tuple[str, str], Amount], needs: list[Need], terms: dict[tuple[str, str], TransferTerms]
) -> None:
    wanted = {
        account: sum((n.per_entry * n.entries for n in needs if n.account == account), d("0")) for account in ACCOUNTS
    }
    given_away = dict.fromkeys(ACCOUNTS, d("0"))
    for short in shortages(free, needs, terms):
        assert short.lacking > 0
        if short.transfer is not None:
            assert short.transfer.source != short.account
            assert short.transfer.arriving > 0
            given_away[short.transfer.source] += short.transfer.amount
    for account, amount in given_away.items():
        assert amount == 0 or free.get((account, "XRP"), d("0")) - amount >= wanted[account]
