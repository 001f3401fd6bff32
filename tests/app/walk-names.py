#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader is told: a name and a role for everything that takes
the focus. Starts the program, opens all windows that it has, and walks
through them.

Usage: walk-names.py PENTIMENTO PENTIMENTO_CLI
"""
import os
import re
import subprocess
import sys
import time

try:
    import pyatspi
    from gi.repository import Gio, GLib
except ImportError:
    print("pyatspi is not installed")
    sys.exit(77)

# GTK calls what has no name by its class.
NO_NAME = re.compile("(Gtk|Adw|Pent)[A-Z]")

# Containers that hand the focus on to what they hold.
HANDS_ON = {"frame", "panel", "scroll pane", "filler", "list", "viewport"}
WAIT_SECONDS = 30
LEAST = 60

# What opens another window, and what that is called.
BUS_NAME = "io.github.pentimento.Pentimento"
WINDOWS = {"preferences": "Preferences", "models": "Models", "templates": "Templates", "show-queue": None}


def find_window(pid):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        for application in pyatspi.Registry.getDesktop(0):
            if application is not None and application.get_process_id() == pid and application.childCount > 0:
                return application
        time.sleep(0.1)
    return None


def walk(node, path=()):
    yield node, path
    # The choices of a combo row are libadwaita's, in a popover that is closed.
    for child in node if node.getRoleName() != "combo box" else ():
        if child is not None:
            yield from walk(child, path + (f"{child.getRoleName()} “{child.name}”",))


def is_hidden(node, path):
    """A bar that has not been slid in is there, and out of sight; so are the
    search and the pages of libadwaita's own preferences."""
    if path[0].endswith("“Preferences”") and not node.getState().contains(pyatspi.STATE_SHOWING):
        return True
    while node is not None and node.getRoleName() != "application":
        if not node.getState().contains(pyatspi.STATE_VISIBLE):
            return True
        node = node.parent
    return False


def check(application):
    """What has a name and a role, and the ways to what has not."""
    named, problems = 0, []
    for node, path in walk(application):
        states = node.getState()
        role = node.getRoleName()
        if role in HANDS_ON or not states.contains(pyatspi.STATE_FOCUSABLE) or is_hidden(node, path):
            continue
        if node.name and not NO_NAME.match(node.name) and role not in ("unknown", "invalid"):
            named += 1
        else:
            problems.append(" / ".join(path))
    return named, problems


def prepare(cli):
    """Something to be seen: a picture and a template."""
    for arguments in (["generate", "--prompt", "x", "--steps", "1", "--library"], ["template", "add", "sea", "a {x} sea"]):
        subprocess.run([cli, *arguments], check=True, capture_output=True)


def open_windows(application):
    """Opens what the window's actions open, and says what does not come."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    path = "/" + BUS_NAME.replace(".", "/") + "/window/1"
    for action, title in WINDOWS.items():
        bus.call_sync(BUS_NAME, path, "org.gtk.Actions", "Activate",
                      GLib.Variant("(sava{sv})", (action, [], {})), None, Gio.DBusCallFlags.NONE, -1, None)
        end = time.monotonic() + WAIT_SECONDS
        while title is not None and not any(frame is not None and frame.name == title for frame in application):
            if time.monotonic() > end:
                return [f"the window “{title}” does not appear on the bus"]
            time.sleep(0.1)
    return []


def check_when_there(pid):
    """The tree comes piece by piece: until it is the same twice."""
    application, last = find_window(pid), None
    missing = open_windows(application) if application is not None else []
    if missing:
        return 0, missing
    end = time.monotonic() + WAIT_SECONDS
    while application is not None and time.monotonic() < end:
        found = check(application)
        if found == last and found[0] >= LEAST:
            return found
        last = found
        time.sleep(0.5)
    return last or (0, ["the window does not appear on the bus"])


def main():
    prepare(sys.argv[2])
    program = subprocess.Popen(sys.argv[1:2], env=dict(os.environ, GTK_A11Y="atspi"))
    try:
        named, problems = check_when_there(program.pid)
    finally:
        program.terminate()
        program.wait()
    for problem in problems:
        print("without a name or a role:", problem)
    good = named >= LEAST and not problems
    print(f"{named} controls have a name and a role, {len(problems)} have not")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
