"""Where two-leg bots enter and leave, as lines on the chart of their pair, and what a line at another place asks for.

An entry is compared with the net premium of its direction, an exit with the premium of the way back: that is where
their lines stand. The exit of BUY_HOME is the mirror of the one of SELL_HOME.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from engine.domain.arbitrage import ArbitrageConfig, Ways
from engine.domain.premium import Direction
from engine.domain.views import BotView
from gui.arbitrage.chart_pairs import config_of

#: Steps of a dragged line in percent: coarse on a wide scale, fine on a narrow one.
COARSE_PCT, FINE_PCT = Decimal("0.01"), Decimal("0.001")
FINE_BELOW_PCT = 0.004


@dataclass(frozen=True, slots=True)
class Threshold:
    """One line of a bot: where it enters, or leaves, in a direction."""

    bot: BotView
    direction: Direction
    is_entry: bool

    @property
    def name(self) -> str:
        """What the chart calls the line."""
        return f"{self.bot.bot.bot_id}/{self.direction.value}/{'entry' if self.is_entry else 'exit'}"

    @property
    def config(self) -> ArbitrageConfig:
        config = config_of(self.bot)
        assert config is not None, "thresholds are made of two-leg bots"
        return config

    def pct(self, config: ArbitrageConfig) -> Decimal:
        """Where the line stands under a configuration."""
        if self.is_entry:
            return config.entry_pct
        return config.exit_pct if self.direction is Direction.SELL_HOME else -config.exit_pct

    def moved(self, pct: Decimal) -> ArbitrageConfig:
        """The bot's configuration with the line there."""
        if self.is_entry:
            return replace(self.config, entry_pct=pct)
        return replace(self.config, exit_pct=pct if self.direction is Direction.SELL_HOME else -pct)


def thresholds_of(bots: list[BotView], directions: frozenset[Direction]) -> list[Threshold]:
    """Entry and exit of each bot in those of its directions that are shown."""
    found = []
    for bot in bots:
        config = config_of(bot)
        if config is None:
            continue
        for direction in Direction:
            if direction in directions and (config.ways is Ways.BOTH or config.ways.value == direction.value):
                found += [Threshold(bot, direction, is_entry) for is_entry in (True, False)]
    return found


def rounded_pct(value: float, pct_per_px: float) -> Decimal:
    """A place on the scale as a percentage that a person would write."""
    step = FINE_PCT if pct_per_px < FINE_BELOW_PCT else COARSE_PCT
    return Decimal(repr(value)).quantize(step, ROUND_HALF_EVEN)
