"""The station in a real window, pressed by the names that a screen reader says: `with RealWindow(...) as window`.

Xvfb shows it, AT-SPI tells where each named control is, xdotool presses there. So what cannot be pressed here has no
name, or lies outside the window. Runs with the system's own Python, which has AT-SPI's bindings.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PATIENCE = 20.0


class NotThere(Exception):
    """Something is not on the screen in time."""


class RealWindow:
    """A display with nothing on it but the station."""

    def __init__(self, command: list[str | Path], size: str = "1280x800", environment: dict[str, str] | None = None) -> None:
        self.command, self.size, self.extra = command, size, environment or {}
        self.touches = 0
        self.started = time.monotonic()
        self.shown_after: float | None = None

    def __enter__(self) -> RealWindow:
        read, write = os.pipe()
        self.xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as told:
            display = f":{told.readline().strip()}"
        self.bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=os.environ | {"DISPLAY": display},
        )  # fmt: skip
        address = self.bus.stdout.readline().strip()
        os.environ.update(DISPLAY=display, DBUS_SESSION_BUS_ADDRESS=address, LIBGL_ALWAYS_SOFTWARE="1", NO_AT_BRIDGE="0")
        os.environ.pop("WAYLAND_DISPLAY", None)
        self._listen()
        self.started = time.monotonic()
        self.station = subprocess.Popen(self.command, env=os.environ | self.extra)
        return self

    def __exit__(self, *_: object) -> None:
        for process in (self.station, self.bus, self.xvfb):
            process.terminate()
        for process in (self.station, self.bus, self.xvfb):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    @staticmethod
    def _listen() -> None:
        """Programs tell their controls only to who listens, as a screen reader does."""
        subprocess.run(
            ["dbus-send", "--session", "--dest=org.a11y.Bus", "--print-reply", "/org/a11y/bus",
             "org.freedesktop.DBus.Properties.Set", "string:org.a11y.Status", "string:IsEnabled", "variant:boolean:true"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        import gi

        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi

        Atspi.init()

    def controls(self) -> Iterator[tuple[str, str, object]]:
        """Name and role of everything on the screen."""
        from gi.repository import Atspi, GLib

        desktop = Atspi.get_desktop(0)
        waiting = [desktop.get_child_at_index(i) for i in range(desktop.get_child_count())]
        while waiting:
            node = waiting.pop()
            if node is None:
                continue
            try:
                yield node.get_name() or "", node.get_role_name(), node
                waiting.extend(node.get_child_at_index(i) for i in reversed(range(node.get_child_count())))
            except GLib.Error:
                # It went while it was looked at.
                continue

    def names(self) -> list[str]:
        """Everything that can be read on the screen."""
        return [name for name, _, _ in self.controls() if name]

    def shows(self, words: str) -> bool:
        """Whether these words can be read somewhere."""
        return any(words in name for name in self.names())

    def wait(self, what: str, there: Callable[[], object], patience: float = PATIENCE) -> object:
        """Waits until it is there."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if self.station.poll() is not None:
                raise NotThere(f"the station ended with {self.station.returncode} before: {what}")
            found = there()
            if found:
                return found
            time.sleep(0.1)
        raise NotThere(f"not in {patience:.0f} s: {what}; on the screen: {self.names()}")

    def wait_for(self, words: str, patience: float = PATIENCE) -> None:
        """Waits until these words can be read."""
        self.wait(words, lambda: self.shows(words), patience)

    def press(self, name: str) -> None:
        """Touches the button of this name, in its middle."""
        from gi.repository import Atspi

        def button() -> object:
            return next((node for its, role, node in self.controls() if its == name and "button" in role), None)

        node = self.wait(f"button {name}", button)
        area = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
        x, y = area.x + area.width // 2, area.y + area.height // 2
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)
        self.touches += 1
        time.sleep(0.15)

    def type(self, text: str) -> None:
        """Types on the keyboard."""
        subprocess.run(["xdotool", "type", "--delay", "30", text], check=True)

    def picture(self, file: Path) -> None:
        """Keeps what the screen shows."""
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", file], check=True)
