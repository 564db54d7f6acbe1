"""Acts of the whole window: halt, palette, workspaces, panels, look and language, each with a shortcut."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from gui.bot_acts import make_act
from gui.docks import Docks, Workspace, workspace_name
from gui.theme import Convention, Scheme
from gui.window_settings import Language, WindowSettings


class WindowActs(QObject):
    """Signals say what is wanted; the window does it."""

    palette_wanted = Signal()
    recording_wanted = Signal()
    paper_wanted = Signal()
    practice_wanted = Signal()
    demo_wanted = Signal()
    pair_demo_wanted = Signal()
    halt_wanted = Signal()
    resume_wanted = Signal()
    workspace_wanted = Signal(object)
    reset_wanted = Signal()
    scheme_wanted = Signal(object)
    convention_wanted = Signal(object)
    language_wanted = Signal(object)
    dismiss_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, docks: Docks, settings: WindowSettings, parent: QObject) -> None:
        super().__init__(parent)
        self.palette = make_act(self, self.tr("All commands…"), "Ctrl+K", self.palette_wanted.emit)
        self.recording = make_act(self, self.tr("Open a recorded file…"), "Ctrl+O", self.recording_wanted.emit)
        self.paper = make_act(self, self.tr("Open a paper account…"), "Ctrl+Shift+O", self.paper_wanted.emit)
        self.practice = make_act(self, self.tr("Open a practice account…"), "Ctrl+Alt+O", self.practice_wanted.emit)
        self.demo = make_act(self, self.tr("Start a demo grid"), "Ctrl+Shift+D", self.demo_wanted.emit)
        self.pair_demo = make_act(self, self.tr("Start a demo arbitrage"), "Ctrl+Alt+D", self.pair_demo_wanted.emit)
        self.halt = make_act(self, self.tr("Halt all"), "Ctrl+Shift+H", self.halt_wanted.emit)
        self.resume = make_act(self, self.tr("Resume trading"), "Ctrl+Shift+R", self.resume_wanted.emit)
        self.dismiss = make_act(self, self.tr("Close the message"), "Esc", self.dismiss_wanted.emit)
        self.reset = make_act(self, self.tr("Reset this layout"), "Ctrl+0", self.reset_wanted.emit)
        self.quit = make_act(self, self.tr("Quit"), "Ctrl+Q", self.quit_wanted.emit)
        self.workspaces = self._workspaces(settings)
        self.panels = self._panels(docks)
        self.schemes = self._choices(
            [(Scheme.DARK, self.tr("Dark")), (Scheme.LIGHT, self.tr("Light"))], settings.scheme, self.scheme_wanted
        )
        self.toggle_scheme = make_act(
            self,
            self.tr("Switch between dark and light"),
            "Ctrl+Shift+L",
            lambda: self.scheme_wanted.emit(Scheme.LIGHT if settings.scheme is Scheme.DARK else Scheme.DARK),
        )
        self.conventions = self._choices(
            [
                (Convention.KOREAN, self.tr("Red up, blue down")),
                (Convention.WESTERN, self.tr("Green up, red down")),
                (Convention.COLOUR_BLIND, self.tr("Blue up, orange down")),
            ],
            settings.convention,
            self.convention_wanted,
        )
        # Each language is named in itself, so that whoever is lost finds the way back.
        self.languages = self._choices(
            [(Language.KOREAN, "한국어"), (Language.ENGLISH, "English")], settings.language, self.language_wanted
        )

    def all(self) -> list[QAction]:
        """Everything with a shortcut or a place in the palette."""
        opening = [self.palette, self.recording, self.paper, self.practice, self.demo, self.pair_demo]
        return [
            *opening,
            self.halt,
            self.resume,
            self.dismiss,
            self.reset,
            self.quit,
            *self.workspaces,
            *self.panels,
            self.toggle_scheme,
            *self.schemes,
            *self.conventions,
            *self.languages,
        ]

    def make_menu(self, menu: QMenu, live: QAction) -> None:
        """The small menu at the top right; `live` opens a live account."""
        menu.addActions([self.palette, self.recording, self.paper, self.practice, live, self.demo, self.pair_demo])
        menu.addSeparator()
        layout = menu.addMenu(self.tr("Layout"))
        layout.addActions(self.workspaces)
        layout.addSeparator()
        layout.addActions(self.panels)
        layout.addSeparator()
        layout.addAction(self.reset)
        look = menu.addMenu(self.tr("Look"))
        look.addActions(self.schemes)
        look.addSeparator()
        look.addActions(self.conventions)
        menu.addMenu(self.tr("Language")).addActions(self.languages)
        menu.addSeparator()
        menu.addAction(self.quit)

    def show_workspace(self, workspace: Workspace) -> None:
        """Mark the one that is shown."""
        for action in self.workspaces:
            action.setChecked(action.data() == workspace.value)

    def _workspaces(self, settings: WindowSettings) -> list[QAction]:
        actions = []
        for number, workspace in enumerate(Workspace, start=1):
            text = self.tr("Workspace {name}").format(name=workspace_name(workspace))
            action = make_act(self, text, f"Ctrl+{number}", partial(self.workspace_wanted.emit, workspace))
            action.setIconText(workspace_name(workspace))
            action.setCheckable(True)
            action.setChecked(settings.workspace == workspace)
            action.setData(workspace.value)
            actions.append(action)
        return actions

    def _panels(self, docks: Docks) -> list[QAction]:
        actions = []
        for number, dock in enumerate(docks.all(), start=1):
            text = self.tr("Panel {name}").format(name=dock.frame.windowTitle())
            actions.append(
                make_act(
                    self,
                    text,
                    f"Alt+{number % 10}" if number <= 10 else f"Alt+Shift+{number % 10}",
                    partial(docks.bring_up, dock.name),
                )
            )
        return actions

    def _choices(self, choices: list[tuple[object, str]], present: object, wanted: object) -> list[QAction]:
        group = QActionGroup(self)
        actions = []
        for value, text in choices:
            action = make_act(self, text, "", partial(wanted.emit, value))  # type: ignore[attr-defined]
            action.setCheckable(True)
            action.setChecked(value is present)
            group.addAction(action)
            actions.append(action)
        return actions
