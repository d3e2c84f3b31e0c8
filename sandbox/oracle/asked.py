"""How the control API reads what it is asked for, and answers: with JSON, or in a sentence why not."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.oracle import exactly

PREFIX = "/_control"
Model = TypeVar("Model", bound=BaseModel)


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def read(request: web.Request, model: type[Model]) -> Model:
    return model.model_validate_json(await request.read() or b"{}")


def safely(act: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer with JSON: what was done, or in a sentence why it was not."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(request), dumps=exactly.dumps)
        except (ValidationError, json.JSONDecodeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except LookupError as error:
            return web.json_response({"error": str(error.args[0])}, status=404)

    return handle
