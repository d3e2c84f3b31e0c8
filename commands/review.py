"""/dac review: say afterwards whether a broken glass was justified."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from approvals.words import REASON_LENGTH
from commands._command import Call, Command, Group, Reply, Rest, Services, Word
from commands._decide import OfRequest, done, number
from dac.naming import clip

VERDICTS = {"justified": "It was justified", "unjustified": "It was not justified"}


class Review(OfRequest):
    verdict: Annotated[
        str,
        Word(),
        Field(
            min_length=1,
            max_length=40,
            title="justified|unjustified",
            description="Whether it was an emergency that could not wait",
        ),
    ]
    because: Annotated[
        str,
        Rest(),
        Field(
            min_length=1,
            max_length=REASON_LENGTH,
            title="reason",
            description="What you found; it stays on record",
        ),
    ]

    @field_validator("verdict")
    @classmethod
    def _is_one(cls, verdict: str) -> str:
        word = verdict.strip().casefold()
        if word not in VERDICTS:
            raise ValueError(f"“{clip(verdict)}” is no verdict: say justified or unjustified")
        return word


def run(args: Review, call: Call, services: Services) -> Reply:
    justified = args.verdict == "justified"
    request = services.approvals.review(
        number(args.request), call.user, justified=justified, comment=args.because, delivery=call.delivery
    )
    return done(request, f"You reviewed, as {args.verdict},", services)


COMMAND = Command(
    name="review",
    summary="Say afterwards whether breaking the glass was justified, if you are one of the request's approvers.",
    arguments=Review,
    run=run,
    examples=("review 12 justified because the outage was real", "review 12 unjustified because two of us were online"),
    menus={"verdict": lambda _: list(VERDICTS.items())},
    group=Group.DECIDE,
    order=36,
)
