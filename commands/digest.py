"""/dac digest: what was spent, what it is compared with, and what needs somebody, now and to whoever asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from commands import _digest
from commands._advice import offer
from commands._blocks import actions
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services
from commands._digest_file import sheet
from commands._digest_marks import out_of_sight
from commands._digest_message import message
from commands._digest_scope import scope_meant
from dac.advice import word
from dac.digest import SCOPES


class ShowDigest(Arguments):
    scope: Annotated[
        str,
        Option(),
        Field(max_length=300, title="scope", description=f"Of which clusters: {SCOPES}"),
    ] = "all"
    file: Annotated[
        bool, Option(), Field(description="Show it to the whole channel, with a sheet of every line in its thread")
    ] = False


def run(args: ShowDigest, call: Call, services: Services) -> Reply:
    scope = scope_meant(args.scope, services)
    digest = _digest.told(services, scope, services.now(), services.zone_of(call.user))
    # What everybody here sees is the channel's, and so is what they say of its lines.
    place = call.channel if args.file else call.user
    reply = message(digest, out_of_sight(digest, services.marks.told(digest, place)), mine=not args.file)
    if args.file:
        # A file needs a message that everybody sees, for its thread is where it is put.
        public = replace(reply, public=True, files=())
        return replace(public, brief=True, then=iter([replace(public, files=(sheet(digest),))]))
    if not reply.files:
        return reply
    again = "digest --file" if scope.by == "all" else f"digest --scope {word(str(scope))} --file"
    more = actions(*offer(("All of it as a sheet, for everybody here", again)))
    return replace(reply, files=(), blocks=[*reply.blocks, more])


COMMAND = Command(
    name="digest",
    summary="What was spent yesterday, this week and month, against before; and what needs somebody. Now, to you.",
    arguments=ShowDigest,
    run=run,
    examples=("digest", "digest --scope compartment:genai-prod", "digest --scope region:eu-frankfurt-1"),
    group=Group.LOOK,
    order=17,
)
