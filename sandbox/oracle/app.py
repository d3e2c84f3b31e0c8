"""The control plane as a web application: its API and the hand tests and people have on it."""

from __future__ import annotations

from aiohttp import web

from sandbox.oracle.config import Config
from sandbox.oracle.control import add_control
from sandbox.oracle.plane import ControlPlane, when_wanted

LARGEST_BODY = 4 * 2**20


def make_app(config: Config) -> web.Application:
    """Make the application, on the event loop that will serve it: the clock belongs to that loop."""
    plane = ControlPlane(config)
    app = web.Application(client_max_size=LARGEST_BODY)
    add_control(app, plane)
    app.router.add_route("*", "/{path:.*}", plane.handle, expect_handler=when_wanted)
    app.on_cleanup.append(plane.close)
    return app
