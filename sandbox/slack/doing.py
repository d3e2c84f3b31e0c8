"""What people do, as the control API and the page both ask for it: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sandbox.slack import interactions, people, submissions
from sandbox.slack.args import Args
from sandbox.slack.commands import run_command
from sandbox.slack.core import Slack
from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.views import View
from sandbox.slack.workspace import Channel, User

Deed = Callable[[Slack, Args], Awaitable[Json]]


async def command(slack: Slack, args: Args) -> Json:
    channel, user = _where(slack, args)
    return await run_command(slack, channel, user, args.need("command"), args.text("text"))


async def message(slack: Slack, args: Args) -> Json:
    channel, user = _where(slack, args)
    said = people.say(slack, channel, user, args.text("text"), args.optional("thread_ts"), args.names("files"))
    return {"ok": True, "ts": said.ts}


async def edit(slack: Slack, args: Args) -> Json:
    channel, user = _where(slack, args)
    people.edit(slack, channel, user, args.need("ts"), args.text("text"))
    return {"ok": True}


async def reaction(slack: Slack, args: Args) -> Json:
    channel, user = _where(slack, args)
    people.react(slack, channel, user, args.need("messageTs"), args.need("name"), remove=args.flag("remove"))
    return {"ok": True}


async def interact(slack: Slack, args: Args) -> Json:
    channel, user = _where(slack, args)
    return await interactions.press(
        slack,
        channel,
        args.need("messageTs"),
        user,
        args.need("action"),
        value=args.optional("value"),
        selected=args.data("selected") if _structured(args, "selected") else args.optional("selected"),
        state=args.data("state"),
    )


async def view_submit(slack: Slack, args: Args) -> Json:
    user, view = _view(slack, args)
    values = args.data("values") or {}
    if not isinstance(values, dict):
        raise bad_arguments("values must be an object")
    submissions.fill(slack, user, view, values)
    return await submissions.submit(slack, user, view)


async def view_action(slack: Slack, args: Args) -> Json:
    user, view = _view(slack, args)
    values = args.data("values") or {}
    submissions.fill(slack, user, view, values)
    return await interactions.act_in_view(
        slack,
        user,
        view,
        args.need("action"),
        value=args.optional("value"),
        selected=args.data("selected") if _structured(args, "selected") else args.optional("selected"),
    )


async def view_close(slack: Slack, args: Args) -> Json:
    user, view = _view(slack, args)
    return await submissions.close(slack, user, view, clear=args.flag("clear"))


async def options(slack: Slack, args: Args) -> Json:
    user, typed = _user(slack, args), args.text("value")
    action = args.need("action_id")
    if "messageTs" in args:
        channel = slack.workspace.channel(args.need("channel"), user.id)
        return await interactions.options_in_message(slack, channel, args.need("messageTs"), user, action, typed)
    view = slack.views.of_user(user.id, args.optional("view_id"))
    return await interactions.options_in_view(slack, user, view, action, typed)


async def home(slack: Slack, args: Args) -> Json:
    return interactions.open_home(slack, _user(slack, args))


async def shortcut(slack: Slack, args: Args) -> Json:
    user, callback_id = _user(slack, args), args.need("callback_id")
    if "messageTs" not in args:
        return await interactions.use_shortcut(slack, user, callback_id)
    channel = slack.workspace.channel(args.need("channel"), user.id)
    return await interactions.use_shortcut(slack, user, callback_id, channel=channel, ts=args.need("messageTs"))


DEEDS: dict[str, Deed] = {
    "command": command,
    "message": message,
    "edit": edit,
    "reaction": reaction,
    "interact": interact,
    "view/submit": view_submit,
    "view/action": view_action,
    "view/close": view_close,
    "options": options,
    "home": home,
    "shortcut": shortcut,
}
"""Path -> deed; offered under /_control/ and /_page/ alike."""


def status_of(error: ApiError) -> int:
    return 404 if error.error.endswith("_not_found") or error.error == "not_found" else 400


def _user(slack: Slack, args: Args) -> User:
    user = slack.workspace.user(args.need("user"))
    if user.is_bot:
        raise ApiError("user_not_found")
    return user


def _where(slack: Slack, args: Args) -> tuple[Channel, User]:
    user = _user(slack, args)
    return slack.workspace.channel(args.need("channel"), user.id), user


def _view(slack: Slack, args: Args) -> tuple[User, View]:
    user = _user(slack, args)
    return user, slack.views.of_user(user.id, args.optional("view_id"))


def _structured(args: Args, name: str) -> bool:
    return isinstance(args.as_json().get(name), list | dict)
