"""The inventory: what lies on which venue, for how many entries it lasts, and what runs out."""

from dataclasses import replace
from decimal import Decimal

from engine.domain.arbitrage import Ways
from engine.domain.views import EngineView
from gui.arbitrage.inventory_panel import InventoryPanel
from gui.arbitrage.inventory_rows import InventoryRow, inventory_rows
from gui.models.columns import Meaning
from gui.theme import Theme
from tests.gui.arbitrage.test_arbitrage_dialog import rich
from tests.support.arbitrage_views import CONFIG, two_leg_view


def found(view: EngineView) -> dict[tuple[str, str], InventoryRow]:
    return {row.key: row for row in inventory_rows(view)}


def test_each_asset_says_for_how_many_entries_it_lasts_on_its_venue() -> None:
    """An entry sells 1,000 XRP at home and buys them abroad at 2.0504, up to 0.2 % above it, with a fee of 0.05 %."""
    rows = found(rich(two_leg_view(())))
    assert rows["XRP", "simulated:home"].entries_left == 3, "3,500 of 1,000 each"
    # 2.0545 x 1,000 x 1.0005 is 2,055.53 of 8,000.
    assert rows["USDT", "simulated:abroad"].entries_left == 3
    assert rows["KRW", "simulated:home"].entries_left is None, "nothing is bought at home"
    assert rows["XRP", "simulated:abroad"].entries_left is None
    assert rows["XRP", "simulated:abroad"].share_pct == Decimal(50) / Decimal(3_550) * 100


def test_both_ways_need_all_four() -> None:
    rows = found(rich(two_leg_view((), config=replace(CONFIG, ways=Ways.BOTH))))
    assert rows["KRW", "simulated:home"].entries_left == 4, "2,910 won up to 0.2 % more, with its fee, of 12,000,000"
    assert rows["XRP", "simulated:abroad"].entries_left == 0


def test_what_runs_out_is_amber_and_said(theme: Theme) -> None:
    panel = InventoryPanel(theme)
    view = rich(two_leg_view(()))
    home = replace(view.accounts[0], balances=(("XRP", Decimal(999), Decimal(0)), ("KRW", Decimal(5), Decimal(0))))
    panel.show_view(replace(view, accounts=(home, view.accounts[1])), None)
    panel.only_needed.setChecked(True)
    keys = [panel.model.row_at(at).key for at in range(panel.model.rowCount())]
    assert keys == [("USDT", "simulated:abroad"), ("XRP", "simulated:home")]
    columns = {column.key: at for at, column in enumerate(panel.model.columns)}
    cell = panel.model.cell(1, columns["entries"])
    assert (cell.text, cell.meaning) == ("0", Meaning.LOOK)
    assert panel.model.cell(1, columns["remark"]).text == (
        "Runs out: 2,001.0000 XRP lacking for 3 entries. "
        "50.0000 XRP sent from simulated:abroad by hand would be part of it; "
        "what the venue takes for it is not known here."
    )


def test_a_full_bot_needs_nothing_more() -> None:
    rows = found(rich(two_leg_view(config=replace(CONFIG, max_positions=1))))
    assert all(row.entries_left is None for row in rows.values())
