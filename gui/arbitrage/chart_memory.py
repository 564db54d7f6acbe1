"""Spread charts are as they were left: which pairs, in which directions, how many, and whether over the same time."""

import json
from dataclasses import astuple

from PySide6.QtCore import QObject

from engine.domain.premium import Direction, Pair
from gui.arbitrage.chart_acts import COUNTS
from gui.arbitrage.chart_panel import ChartPanel
from gui.window_settings import WindowSettings


class ChartMemory(QObject):
    """Restores a panel from the settings and writes every change back. What cannot be read is forgotten."""

    def __init__(self, panel: ChartPanel, settings: WindowSettings) -> None:
        super().__init__(panel)
        self._panel = panel
        self._settings = settings
        self._restore(settings.spread_charts)
        panel.changed.connect(self._keep)

    def _restore(self, text: str) -> None:
        try:
            left = json.loads(text) if text else {}
            charts = [(Pair(*map(str, one["pair"])), frozenset(map(Direction, one["ways"]))) for one in left["charts"]]
            count, is_linked = int(left["count"]), bool(left["linked"])
        except (ValueError, KeyError, TypeError):
            return
        if count not in COUNTS:
            return
        self._panel.set_count(count)
        for chart, (pair, ways) in zip(self._panel.charts, charts, strict=False):
            chart.choose(pair)
            chart.set_directions(ways)
        self._panel.set_linked(linked=is_linked)

    def _keep(self) -> None:
        charts = [
            {"pair": astuple(chart.pair), "ways": sorted(chart.canvas.directions)}
            for chart in self._panel.charts
            if chart.pair is not None
        ]
        left = {"charts": charts, "count": len(self._panel.charts), "linked": self._panel.is_linked}
        self._settings.spread_charts = json.dumps(left)
