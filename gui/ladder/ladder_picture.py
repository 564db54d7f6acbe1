"""What a ladder's painters are given: the columns of the picture and everything that is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.grid import Rung
from engine.domain.instrument import Instrument
from engine.domain.live import ForeignOrder
from engine.domain.order import Side
from gui.charts.lines import PriceLine
from gui.ladder.edge_drag import EdgeDrag
from gui.ladder.rung_groups import Resting, RungGroup


@dataclass(frozen=True, slots=True)
class LadderColumns:
    """The vertical parts of the picture, x in pixels: axis, buy side, spine, sell side, cycles, profit."""

    axis: int
    spine: int
    sells_end: int
    cycles_end: int
    right: int

    @property
    def left(self) -> int:
        return self.axis


@dataclass(frozen=True, slots=True)
class LadderPicture:
    """Everything to paint besides the scale. `glows` maps (rung, side) to 0..1, `drag` is a range being dragged,
    `foreign` are orders on the instrument that are not ours."""

    instrument: Instrument
    rungs: Sequence[Rung]
    groups: Sequence[RungGroup]
    resting: Mapping[tuple[int, Side], Resting]
    marks: Sequence[PriceLine]
    price: Decimal | None
    glows: Mapping[tuple[int, Side], float]
    selected: int | None
    hovered: int | None
    drag: EdgeDrag | None
    is_planned: bool
    is_stale: bool
    foreign: Sequence[ForeignOrder] = ()


def columns_for(width: int, axis_px: int, profit_px: int) -> LadderColumns:
    """Columns of a ladder `width` pixels wide; the two sides share what the numbers leave."""
    cycles_px = 66 if width > 380 else 54
    sides = max(width - axis_px - profit_px - cycles_px, 80)
    spine = axis_px + sides // 2
    return LadderColumns(axis_px, spine, axis_px + sides, axis_px + sides + cycles_px, width)
