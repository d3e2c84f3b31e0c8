"""The control API: tests and demos act as people, look at the world, move the clock and order troubles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import web

from sandbox.slack.args import Args, read
from sandbox.slack.blockkit.blocks import BLOCKS
from sandbox.slack.core import SLACK, Slack
from sandbox.slack.doing import DEEDS, status_of
from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.faults import Fault

Answer = Callable[[Slack, web.Request, Args], Awaitable[Json]]
REASONS = frozenset({"warning", "refresh_requested", "link_disabled"})


def routes() -> list[web.RouteDef]:
    deeds = [web.post(f"/_control/{path}", _deed(path)) for path in DEEDS]
    return [
        *deeds,
        web.get("/_control/messages/{channel}", handler(messages)),
        web.get("/_control/views/{user}", handler(views)),
        web.get("/_control/state", handler(state)),
        web.get("/_control/transcript", handler(transcript)),
        web.post("/_control/reset", handler(reset)),
        web.post("/_control/clock", handler(clock)),
        web.post("/_control/faults", handler(add_fault)),
        web.delete("/_control/faults", handler(clear_faults)),
        web.post("/_control/disconnect", handler(disconnect)),
        web.post("/_control/membership", handler(membership)),
        web.post("/_control/archive", handler(archive)),
        web.post("/_control/delete_message", handler(delete_message)),
        web.post("/_control/limits", handler(limits)),
        web.post("/_control/blocks", handler(blocks)),
        web.post("/_control/verify_url", handler(verify_url)),
    ]


def handler(answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """JSON in, JSON out; what is refused says why, with a status a client library notices."""

    async def handle(request: web.Request) -> web.StreamResponse:
        slack = request.app[SLACK]
        slack.files.base_url = slack.files.base_url or f"{request.scheme}://{request.host}"
        try:
            args = await read(request)
            return web.json_response(await answer(slack, request, args))
        except ApiError as error:
            return web.json_response(error.as_json(), status=status_of(error))

    return handle


def _deed(path: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def do(slack: Slack, _request: web.Request, args: Args) -> Json:
        return await DEEDS[path](slack, args)

    return handler(do)


async def messages(slack: Slack, request: web.Request, args: Args) -> Json:
    viewer = slack.workspace.user(args.text("user")).id if "user" in args else None
    channel = slack.workspace.channel(request.match_info["channel"], viewer)
    if viewer and viewer not in channel.members:
        raise ApiError("channel_not_found")
    thread = args.optional("thread_ts")
    return {
        "messages": [
            slack.messages.shown(message)
            for message in slack.messages.all(channel.id, user=viewer)
            if thread is None or thread in {message.ts, message.thread_ts}
        ]
    }


async def views(slack: Slack, request: web.Request, _args: Args) -> Json:
    user = slack.workspace.user(request.match_info["user"])
    return {"stack": slack.views.stack_json(user.id), "home": slack.views.home_json(user.id)}


async def state(slack: Slack, _request: web.Request, _args: Args) -> Json:
    workspace = slack.workspace
    return {
        "team": workspace.team,
        "users": [workspace.user_shown(user) for user in workspace.users.values()],
        "channels": [workspace.channel_shown(channel) for channel in workspace.channels.values()],
        "usergroups": [workspace.usergroup_shown(group) for group in workspace.usergroups.values()],
        "sockets": slack.sockets.count,
        "url_verified": slack.http.verified if slack.http else None,
        "files": [slack.files.as_json(file) for file in slack.files.all()],
        "clock": slack.clock.now().isoformat(),
        "frozen": slack.clock.frozen,
        "faults": slack.faults.as_json(),
        "limits": {"enforced": slack.limits.enforced},
        "without_blocks": sorted(slack.without),
        "deliveries": [asdict(record) for record in slack.deliveries.records],
        "calls": [asdict(call) for call in slack.calls],
    }


async def transcript(slack: Slack, _request: web.Request, _args: Args) -> Json:
    """Everything said, by channel: what a golden file compares."""
    return {
        "channels": {
            channel.id: [slack.messages.shown(each) for each in slack.messages.all(channel.id)]
            for channel in slack.workspace.channels.values()
        }
    }


async def reset(slack: Slack, _request: web.Request, _args: Args) -> Json:
    slack.reset()
    return {"ok": True}


async def clock(slack: Slack, _request: web.Request, args: Args) -> Json:
    if "frozen" in args:
        frozen = args.flag("frozen")
        if frozen and not slack.clock.frozen:
            slack.clock.freeze()
        elif not frozen and slack.clock.frozen:
            slack.clock.thaw()
    seconds = _seconds(args, "advance")
    if seconds is not None:
        slack.clock.advance(seconds)
    return {"now": slack.clock.now().isoformat()}


async def add_fault(slack: Slack, _request: web.Request, args: Args) -> Json:
    channel = args.optional("channel")
    forever = "times" in args.given and "times" not in args
    fault = Fault(
        args.need("kind"),
        method=args.optional("method"),
        times=None if forever else args.number("times", 1),
        seconds=_seconds(args, "seconds"),
        retry_after=args.number("retry_after", 1),
        channel=slack.workspace.channel(channel).id if channel else None,
    )
    slack.faults.add(fault)
    if fault.kind == "outage":
        slack.sockets.cut()
    return {"ok": True, "faults": slack.faults.as_json()}


async def clear_faults(slack: Slack, _request: web.Request, _args: Args) -> Json:
    slack.faults.clear()
    return {"ok": True}


async def disconnect(slack: Slack, _request: web.Request, args: Args) -> Json:
    reason = args.text("reason", "warning")
    if args.flag("hard"):
        slack.sockets.cut()
    elif reason in REASONS:
        await slack.sockets.disconnect(reason)
    else:
        raise bad_arguments(f"unknown reason: {reason}; one of {', '.join(sorted(REASONS))}")
    return {"ok": True}


async def membership(slack: Slack, _request: web.Request, args: Args) -> Json:
    user = slack.workspace.user(args.need("user")).id
    channel = slack.workspace.channel(args.need("channel"))
    joined, wanted = user in channel.members, args.flag("joined", default=True)
    if wanted and not joined:
        slack.board.join(channel, user)
    elif joined and not wanted:
        slack.board.leave(channel, user)
    return {"ok": True, "members": list(channel.members)}


async def archive(slack: Slack, _request: web.Request, args: Args) -> Json:
    channel = slack.workspace.channel(args.need("channel"))
    slack.board.archive(channel, channel.creator, archived=args.flag("archived", default=True))
    return {"ok": True}


async def delete_message(slack: Slack, _request: web.Request, args: Args) -> Json:
    channel = slack.workspace.channel(args.need("channel"))
    slack.board.delete(slack.messages.find(channel.id, args.need("ts")))
    return {"ok": True}


async def limits(slack: Slack, _request: web.Request, args: Args) -> Json:
    slack.limits.enforced = args.flag("enforced", default=True)
    return {"ok": True, "enforced": slack.limits.enforced}


async def blocks(slack: Slack, _request: web.Request, args: Args) -> Json:
    """Let the workspace know no block of these kinds from now on, and all others."""
    without = args.data("without", "invalid_arguments") or []
    strange = [each for each in without if each not in BLOCKS]
    if strange:
        raise bad_arguments(f"unknown kind of block: {strange[0]}")
    slack.without.clear()
    slack.without.update(without)
    return {"ok": True, "without": sorted(slack.without)}


async def verify_url(slack: Slack, _request: web.Request, _args: Args) -> Json:
    """Send the url_verification challenge again, as saving the request URL does."""
    return {"ok": await slack.http.verify_url() if slack.http else False}


def _seconds(args: Args, name: str) -> float | None:
    if name not in args:
        return None
    try:
        return float(args.text(name))
    except ValueError:
        raise bad_arguments(f"{name} must be a number of seconds") from None
