"""What a repair would do and send, before it does and sends it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.domain.bot import AccountMode
from engine.domain.instrument import Instrument
from engine.domain.money import ZERO
from engine.domain.order import Side
from engine.domain.truth import RepairPlan, StepKind, TruthReport
from engine.domain.truth_requests import RepairAccount
from engine.domain.views import AccountView
from gui import numbers, words
from gui.later import Later, problem_of, words_of
from gui.models.columns import Column, Meaning
from gui.models.table_model import TableModel
from gui.models.table_view import TableView
from gui.panels.empty_state import EmptyState
from gui.theme import CONTROL_HEIGHT, GRID, Theme
from gui.truth import truth_words

Plan = Callable[[], "Future[TruthReport]"]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing that would be done, or one order that would follow from it."""

    number: int
    what: str
    thing: str
    side: Side | None
    price: str
    amount: str
    is_order: bool


def plan_lines(plan: RepairPlan, instruments: Mapping[str, Instrument]) -> list[PlanLine]:
    """First what the repair does, then what our bots would send because of it."""
    translate = QCoreApplication.translate
    lines = [
        PlanLine(
            at,
            truth_words.step_kind(step.kind),
            truth_words.step_thing(step),
            step.side,
            "" if step.asset else numbers.price(step.price, instruments.get(step.symbol)),
            truth_words.step_amount(step, instruments.get(step.symbol)),
            step.kind is StepKind.CANCEL,
        )
        for at, step in enumerate(plan.steps)
    ]
    for order in plan.orders:
        instrument = instruments.get(order.symbol)
        price = translate("truth", "market") if order.price is None else numbers.price(order.price, instrument)
        amount = numbers.quantity(order.quantity, instrument)
        what = translate("truth", "Then place")
        lines.append(PlanLine(len(lines), what, truth_words.order_thing(order), order.side, price, amount, True))
    return lines


def plan_columns() -> list[Column[PlanLine]]:
    translate = QCoreApplication.translate
    return [
        Column("what", translate("columns", "Step"), lambda line: line.what, lambda line: line.what, width=132),
        Column(
            "thing", translate("columns", "Order or asset"), lambda line: line.thing, lambda line: line.thing, width=0
        ),
        Column(
            "side",
            translate("columns", "Side"),
            lambda line: "" if line.side is None else words.side(line.side),
            lambda line: None if line.side is None else line.side.value,
            width=64,
            meaning=lambda line: Meaning.PLAIN if line.side is None else words.side_meaning(line.side),
        ),
        Column(
            "price", translate("columns", "Price"), lambda line: line.price, lambda line: line.price, is_number=True,
            width=116,
        ),
        Column(
            "amount", translate("columns", "Amount"), lambda line: line.amount, lambda line: line.amount,
            is_number=True, width=132,
        ),
    ]  # fmt: skip


class RepairDialog(QDialog):
    """`accepted_plan(RepairAccount)` when a person agreed to what is listed. Asks for the plan when it opens."""

    accepted_plan = Signal(object)

    def __init__(
        self,
        theme: Theme,
        shown: AccountView,
        rows: tuple[str, ...],
        plan: Plan,
        instruments: Mapping[str, Instrument],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = shown
        self._rows = rows
        self._ask = plan
        self._instruments = instruments
        self._later = Later(self)
        self._plan: RepairPlan | None = None
        self.sentence = QLabel()
        self.model = TableModel(plan_columns(), lambda line: line.number)
        self.table = TableView(self.model, theme)
        self.empty = EmptyState(theme)
        self.repair_button = QPushButton(self.tr("Repair"))
        self.again_button = QPushButton(self.tr("Look again"))
        self._lay_out()
        self.look()

    def look(self) -> None:
        """Ask for the plan anew."""
        self._plan = None
        self._show(self.tr("Asking the venue…"), is_table=False)
        self._later.when(self._ask(), self._answered)

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Repair {account}").format(account=self._shown.account.name))
        self.sentence.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.sentence)
        column.addWidget(self._stack, 1)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.again_button)
        buttons.addStretch(1)
        for button in (self.again_button, cancel, self.repair_button):
            button.setMinimumHeight(CONTROL_HEIGHT)
        buttons.addWidget(cancel)
        buttons.addWidget(self.repair_button)
        column.addLayout(buttons)
        # Enter must not send what nobody has read.
        cancel.setDefault(True)
        cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        cancel.clicked.connect(self.reject)
        self.again_button.clicked.connect(self.look)
        self.repair_button.clicked.connect(self._submit)
        self.resize(760, 400)

    def _answered(self, answer: "Future[TruthReport]") -> None:
        problem = problem_of(answer)
        if problem is not None:
            self._show(words_of(problem), is_table=False)
            return
        plan = answer.result().plan
        if not plan.steps:
            self._show(self.tr("Nothing needs a repair any more."), is_table=False)
            return
        self._plan = plan
        self.model.show_rows(plan_lines(plan, self._instruments))
        self._show(self._summary(plan), is_table=True)

    def _summary(self, plan: RepairPlan) -> str:
        """What it means for orders and money."""
        counts = {kind: sum(step.kind is kind for step in plan.steps) for kind in StepKind}
        value = sum((order.quantity * order.price for order in plan.orders if order.price is not None), ZERO)
        text = self.tr(
            "{asked} orders are asked about, {cancelled} are cancelled, {booked} entries are booked. "
            "Because of it bots place {placed} orders worth {value}."
        ).format(
            asked=counts[StepKind.ASK],
            cancelled=counts[StepKind.CANCEL],
            booked=counts[StepKind.FILL] + counts[StepKind.FUNDING] + counts[StepKind.BOOK],
            placed=len(plan.orders),
            value=numbers.money_with_asset(value, self._shown.account.quote),
        )
        if self._shown.account.mode is AccountMode.LIVE:
            return self.tr("This is real money.") + " " + text
        return text

    def _show(self, text: str, *, is_table: bool) -> None:
        self.sentence.setText(text if is_table else "")
        self.sentence.setVisible(is_table)
        self.empty.set_words("" if is_table else text)
        self._stack.setCurrentWidget(self.table if is_table else self.empty)
        self.repair_button.setEnabled(self._plan is not None)

    def _submit(self) -> None:
        if self._plan is not None:
            account_id = self._shown.account.account_id
            self.accepted_plan.emit(RepairAccount(account_id, self._plan.plan_id, self._rows))
            self.accept()
