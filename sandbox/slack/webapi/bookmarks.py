"""bookmarks.*: links at the top of a channel."""

from __future__ import annotations

from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.webapi.registry import Call, method

MOST_BOOKMARKS = 100
_EDITABLE = ("title", "link", "emoji")


@method("bookmarks.add", "bookmarks:write", tier=Tier.TWO)
def bookmarks_add(call: Call) -> Json:
    channel = call.joined("channel_id")
    kept = call.slack.workspace.bookmarks.setdefault(channel.id, {})
    if call.args.need("type") != "link":
        raise ApiError("invalid_bookmark_type")
    link = call.args.text("link")
    if "://" not in link:
        raise ApiError("invalid_link")
    if len(kept) >= MOST_BOOKMARKS:
        raise ApiError("too_many_bookmarks")
    bookmark: Json = {
        "id": call.slack.ids.new("Bk"),
        "channel_id": channel.id,
        "title": call.args.need("title"),
        "link": link,
        "emoji": call.args.text("emoji"),
        "icon_url": None,
        "type": "link",
        "date_created": int(call.slack.clock.now().timestamp()),
        "last_updated_by_user_id": call.bot,
        "app_id": call.slack.workspace.app_id,
    }
    kept[bookmark["id"]] = bookmark
    return {"bookmark": bookmark}


@method("bookmarks.edit", "bookmarks:write", tier=Tier.TWO)
def bookmarks_edit(call: Call) -> Json:
    bookmark = _bookmark(call)
    bookmark |= {key: call.args.text(key) for key in _EDITABLE if key in call.args}
    return {"bookmark": bookmark}


@method("bookmarks.list", "bookmarks:read")
def bookmarks_list(call: Call) -> Json:
    channel = call.joined("channel_id")
    return {"bookmarks": list(call.slack.workspace.bookmarks.get(channel.id, {}).values())}


@method("bookmarks.remove", "bookmarks:write", tier=Tier.TWO)
def bookmarks_remove(call: Call) -> Json:
    bookmark = _bookmark(call)
    del call.slack.workspace.bookmarks[bookmark["channel_id"]][bookmark["id"]]
    return {}


def _bookmark(call: Call) -> Json:
    channel = call.joined("channel_id")
    kept = call.slack.workspace.bookmarks.get(channel.id, {})
    bookmark = kept.get(call.args.need("bookmark_id"))
    if not bookmark:
        raise ApiError("not_found")
    return bookmark
