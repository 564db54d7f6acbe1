"""The one door to pyqtgraph. Its types stand in `plotting.pyi`, because the library ships none."""

from pyqtgraph import (
    AxisItem,
    GraphicsObject,
    GraphicsView,
    InfiniteLine,
    PlotDataItem,
    ScatterPlotItem,
    TextItem,
    ViewBox,
    setConfigOption,
)
from pyqtgraph.functions import arrayToQPolygonF

# The canvas paints at most 30 times a second anyway; dropping moves besides would lose the start of a quick drag.
setConfigOption("mouseRateLimit", 0)

__all__ = [
    "AxisItem",
    "GraphicsObject",
    "GraphicsView",
    "InfiniteLine",
    "PlotDataItem",
    "ScatterPlotItem",
    "TextItem",
    "ViewBox",
    "arrayToQPolygonF",
]
