"""Heavy work waits in line: one piece a frame, in order, none too often."""

from PySide6.QtWidgets import QApplication

from gui.turns import Turns


class Hand:
    """Turns on a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.done: list[str] = []
        self.turns = Turns(clock=lambda: self.now_s)

    def ask(self, name: str, every_s: float = 0.0) -> None:
        self.turns.ask(name, lambda: self.done.append(name), every_s)

    def frames(self, count: int) -> None:
        for _ in range(count):
            self.now_s += 0.034
            self.turns.take()


def test_what_is_asked_in_an_idle_frame_is_done_at_once_and_the_rest_one_a_frame_in_order(qapp: QApplication) -> None:
    hand = Hand()
    for name in ("board", "first chart", "second chart"):
        hand.ask(name)
    assert hand.done == ["board"]
    hand.now_s += 0.01
    hand.turns.take()
    assert hand.done == ["board"], "the frame is not over"
    hand.frames(1)
    assert hand.done == ["board", "first chart"]
    hand.frames(5)
    assert hand.done == ["board", "first chart", "second chart"]


def test_asking_again_keeps_the_place_and_does_the_newer_work(qapp: QApplication) -> None:
    hand = Hand()
    hand.ask("board")
    hand.turns.ask("chart", lambda: hand.done.append("old"))
    hand.ask("ages")
    hand.turns.ask("chart", lambda: hand.done.append("new"))
    hand.frames(3)
    assert hand.done == ["board", "new", "ages"]


def test_what_may_come_five_times_a_second_lets_others_pass_until_then(qapp: QApplication) -> None:
    """Five frames of 34 ms after the board's first turn are 170 ms, six are 204 ms."""
    hand = Hand()
    hand.ask("board", 0.2)
    hand.ask("board", 0.2)
    hand.ask("chart")
    hand.frames(5)
    assert hand.done == ["board", "chart"]
    hand.frames(1)
    assert hand.done == ["board", "chart", "board"]
    hand.ask("board", 0.2)
    hand.now_s += 0.034
    hand.ask("chart")
    assert hand.done[3:] == ["chart"], "who comes later does not wait for one who has to wait"


def test_work_that_asks_for_another_turn_gets_it_in_another_frame(qapp: QApplication) -> None:
    hand = Hand()

    def work() -> None:
        hand.done.append("chart")
        hand.turns.ask("chart", work)

    hand.turns.ask("chart", work)
    assert hand.done == ["chart"]
    hand.frames(2)
    assert hand.done == ["chart"] * 3


def test_what_is_forgotten_is_not_done(qapp: QApplication) -> None:
    hand = Hand()
    hand.ask("board")
    hand.ask("chart")
    hand.turns.forget("chart")
    hand.frames(2)
    assert hand.done == ["board"]
