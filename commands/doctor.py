"""/dac doctor: everything that may be wrong with a cluster, looked for by all playbooks at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from commands._command import Arguments, Call, Command, Group, Reply, Services, Word
from commands._examine import Subject, examined, find
from commands._pick import clusters
from dac.playbooks import Playbook


class Doctor(Arguments):
    cluster: Annotated[str, Word(), Field(max_length=300, description="Its name, or the beginning of it")]


def run(args: Doctor, call: Call, services: Services) -> Reply:  # noqa: ARG001 - every command runs with the same three
    def fitting(subject: Subject) -> list[Playbook]:
        kind = subject.cluster.type if subject.cluster else ""
        return [each for each in services.playbooks.playbooks if each.fits(kind)]

    return examined(fitting, "Doctor", "doctor", lambda fleet: find(args.cluster, fleet), args.cluster, services)


COMMAND = Command(
    name="doctor",
    summary="All playbooks at once for one cluster: what is likely wrong with it, by what evidence, and what helps.",
    arguments=Doctor,
    run=run,
    examples=("doctor chat-prod",),
    aliases=("diagnose",),
    menus={"cluster": clusters},
    submit="Look into it",
    group=Group.LOOK,
    order=12,
)
