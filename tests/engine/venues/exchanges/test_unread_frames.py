"""Frames that cannot be read: nothing is believed of them, all of it is asked for, and many of them are told."""

import logging

import pytest

from engine.domain.live_messages import FramesUnread
from engine.domain.market import Quote
from engine.domain.order import Side
from engine.venues.exchanges.unread_frames import ALARM_AT
from tests.support.exchange.account import LoopbackAccount
from tests.support.exchange.faults import Action, Point, Rule


async def test_frames_that_cannot_be_read_are_counted_logged_once_and_told(
    account: LoopbackAccount, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="engine.venues.exchanges.unread_frames")
    account.plan.add(Rule(Point.FRAME, Action.GARBLED, times=None))
    order = account.order(Side.BUY, account.below(20))
    await account.venue.place(order)
    moves = iter(range(5, 2_000))

    def is_told() -> bool:
        account.trade_through(account.above(next(moves)))
        return bool(account.heard.of(FramesUnread))

    await account.until(is_told, "the alarm")
    account.plan.clear()
    assert account.heard.of(FramesUnread)[0].count == ALARM_AT
    assert account.venue.unread.count >= ALARM_AT
    [line] = caplog.messages
    assert "a frame cannot be read" in line


async def test_the_next_alarm_is_for_ten_times_as_many(account: LoopbackAccount) -> None:
    unread = account.venue.unread
    for number in range(10 * ALARM_AT):
        unread.note("half a fra", ValueError(str(number)))
    await account.until(lambda: len(account.heard.of(FramesUnread)) == 2, "both alarms")
    assert [told.count for told in account.heard.of(FramesUnread)] == [ALARM_AT, 10 * ALARM_AT]


async def test_one_broken_frame_does_not_make_its_line_deaf(account: LoopbackAccount) -> None:
    """An error in ccxt's receiving would end it without a word, and the socket would still stand."""
    rule = account.plan.add(Rule(Point.FRAME, Action.GARBLED))
    account.trade_through(account.above(5))
    await account.until(lambda: rule.struck, "the broken frame")
    account.trade_through(account.above(9))

    def is_heard() -> bool:
        book = account.core.book(account.what.symbol, 1)
        quotes = account.heard.of(Quote)
        return bool(quotes) and (quotes[-1].bid, quotes[-1].ask) == (book.bids[0][0], book.asks[0][0])

    await account.until(is_heard, "the present quote")
    assert account.venue.unread.count == 1
    assert not account.running.done()
