"""Panels in docks, and the named arrangements of them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from engine.domain.views import EngineView
from gui.dock_title import DockTitle
from gui.theme import Theme

Area = Qt.DockWidgetArea


class Panel(Protocol):
    """What a dock shows. `show_view` is called at most 30 times a second and must be cheap when nothing changed."""

    def show_view(self, view: EngineView, bot_id: str | None) -> None: ...

    def set_theme(self, theme: Theme) -> None: ...


class Workspace(StrEnum):
    GRID = "grid"
    MONITOR = "monitor"
    ARBITRAGE = "arbitrage"


def workspace_name(workspace: Workspace) -> str:
    match workspace:
        case Workspace.GRID:
            return QCoreApplication.translate("workspace", "Grid")
        case Workspace.MONITOR:
            return QCoreApplication.translate("workspace", "Monitor")
        case Workspace.ARBITRAGE:
            return QCoreApplication.translate("workspace", "Arbitrage")


@dataclass(frozen=True, slots=True)
class Dock:
    """A panel in its frame."""

    name: str
    frame: QDockWidget
    panel: Panel


class Docks:
    """All docks of a window. Hidden ones are not fed; they catch up when they are shown."""

    def __init__(self, window: QMainWindow, theme: Theme, latest: Callable[[], tuple[EngineView, str | None]]) -> None:
        self._window = window
        self._theme = theme
        # Moves come in bursts; the titles are set once when the burst is over.
        self._settling = QTimer(window)
        self._settling.setSingleShot(True)
        self._settling.setInterval(0)
        self._settling.timeout.connect(self._show_titles)
        self._latest = latest
        self._docks: dict[str, Dock] = {}
        self._seen: set[str] = set()
        window.setDockNestingEnabled(True)
        window.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
        )
        for area in (
            Area.LeftDockWidgetArea,
            Area.RightDockWidgetArea,
            Area.TopDockWidgetArea,
            Area.BottomDockWidgetArea,
        ):
            window.setTabPosition(area, window.tabPosition(area).North)

    def add(self, name: str, title: str, panel: Panel, widget: QWidget) -> Dock:
        """`widget` is the panel itself, once more by its Qt type."""
        frame = QDockWidget(title, self._window)
        frame.setObjectName(f"dock-{name}")
        frame.setWidget(widget)
        frame.setTitleBarWidget(DockTitle(self._theme, frame))
        frame.setAllowedAreas(Area.AllDockWidgetAreas)
        dock = Dock(name, frame, panel)
        self._docks[name] = dock
        for moved in (frame.dockLocationChanged, frame.topLevelChanged, frame.visibilityChanged):
            moved.connect(self._settle)
        frame.visibilityChanged.connect(lambda is_visible: self._catch_up(dock, is_visible=is_visible))
        self._window.addDockWidget(Area.TopDockWidgetArea, frame)
        # Shown by an arrangement: all of them side by side would make the window wider than any needs.
        frame.hide()
        return dock

    def all(self) -> tuple[Dock, ...]:
        return tuple(self._docks.values())

    def show_view(self, view: EngineView, bot_id: str | None) -> None:
        for dock in self._docks.values():
            if dock.name in self._seen:
                dock.panel.show_view(view, bot_id)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for dock in self._docks.values():
            dock.panel.set_theme(theme)
            title = dock.frame.titleBarWidget()
            if isinstance(title, DockTitle):
                title.set_theme(theme)

    def bring_up(self, name: str) -> None:
        """Show a dock and give it the keyboard."""
        frame = self._docks[name].frame
        frame.show()
        frame.raise_()
        frame.activateWindow()
        inner = frame.widget()
        target = inner.focusProxy() or next(
            (child for child in inner.findChildren(QWidget) if child.focusPolicy() == Qt.FocusPolicy.StrongFocus), inner
        )
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def arrange(self, workspace: Workspace) -> None:
        """The arrangement a workspace is born with."""
        for dock in self._docks.values():
            dock.frame.setFloating(False)
            self._window.removeDockWidget(dock.frame)
        match workspace:
            case Workspace.GRID:
                self._arrange_grid()
            case Workspace.MONITOR:
                self._arrange_monitor()
            case Workspace.ARBITRAGE:
                self._arrange_arbitrage()

    def _arrange_grid(self) -> None:
        """Chart left, ladder right, below them the bots with their orders, and the log."""
        self._place(Area.TopDockWidgetArea, "price")
        self._beside("price", "ladder", Qt.Orientation.Horizontal)
        self._place(Area.BottomDockWidgetArea, "bots")
        self._beside("bots", "log", Qt.Orientation.Horizontal)
        self._tab("price", "equity")
        self._tab("bots", "positions", "orders", "fills", "accounts", "truth")
        self._tab("log", "markets")
        self._size(("price", "ladder"), (62, 38), Qt.Orientation.Horizontal)
        self._size(("bots", "log"), (62, 38), Qt.Orientation.Horizontal)
        self._size(("price", "bots"), (64, 36), Qt.Orientation.Vertical)

    def _arrange_monitor(self) -> None:
        """Bots over the whole width, below them what they hold, what they did and what they earned."""
        self._place(Area.TopDockWidgetArea, "bots")
        self._place(Area.BottomDockWidgetArea, "positions")
        self._beside("positions", "log", Qt.Orientation.Horizontal)
        self._beside("log", "equity", Qt.Orientation.Horizontal)
        self._tab("positions", "orders", "fills", "accounts", "truth")
        self._tab("log", "markets")
        self._tab("equity", "price", "ladder")
        self._size(("bots", "positions"), (50, 50), Qt.Orientation.Vertical)
        self._size(("positions", "log", "equity"), (36, 30, 34), Qt.Orientation.Horizontal)

    def _arrange_arbitrage(self) -> None:
        """Board left, chart right, below them the positions with all that belongs to them, and the bots."""
        self._place(Area.TopDockWidgetArea, "board")
        self._beside("board", "spread_charts", Qt.Orientation.Horizontal)
        self._place(Area.BottomDockWidgetArea, "two_legs")
        self._beside("two_legs", "bots", Qt.Orientation.Horizontal)
        self._tab("two_legs", "opportunities", "inventory", "daily")
        self._tab("bots", "log", "accounts")
        self._size(("board", "spread_charts"), (42, 58), Qt.Orientation.Horizontal)
        self._size(("two_legs", "bots"), (68, 32), Qt.Orientation.Horizontal)
        self._size(("board", "two_legs"), (66, 34), Qt.Orientation.Vertical)

    def _place(self, area: Qt.DockWidgetArea, name: str) -> None:
        self._window.addDockWidget(area, self._docks[name].frame)
        self._docks[name].frame.show()

    def _beside(self, name: str, other: str, orientation: Qt.Orientation) -> None:
        self._window.splitDockWidget(self._docks[name].frame, self._docks[other].frame, orientation)
        self._docks[other].frame.show()

    def _tab(self, name: str, *others: str) -> None:
        for other in others:
            self._window.tabifyDockWidget(self._docks[name].frame, self._docks[other].frame)
            self._docks[other].frame.show()
        self._docks[name].frame.raise_()

    def _size(self, names: tuple[str, ...], shares: tuple[int, ...], orientation: Qt.Orientation) -> None:
        whole = self._window.width() if orientation is Qt.Orientation.Horizontal else self._window.height()
        frames = [self._docks[name].frame for name in names]
        self._window.resizeDocks(frames, [whole * share // 100 for share in shares], orientation)

    def _settle(self) -> None:
        self._settling.start()

    def _show_titles(self) -> None:
        """A dock among tabs is named by its tab; any other by its own title."""
        for dock in self._docks.values():
            title = dock.frame.titleBarWidget()
            if isinstance(title, DockTitle):
                is_tab = not dock.frame.isFloating() and bool(self._window.tabifiedDockWidgets(dock.frame))
                title.set_thin(thin=is_tab)

    def _catch_up(self, dock: Dock, *, is_visible: bool) -> None:
        if not is_visible:
            self._seen.discard(dock.name)
        elif dock.name not in self._seen:
            self._seen.add(dock.name)
            view, bot_id = self._latest()
            dock.panel.show_view(view, bot_id)
