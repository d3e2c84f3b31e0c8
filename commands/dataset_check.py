"""/dac dataset check: whether a file is fit to be trained on, read through without showing what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from commands import _making
from commands._blocks import context, escape, named, people, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word, in_slack
from commands._dataset import as_lines, check_plain, find, is_address, kept
from commands._dataset_report import Looked, report_on, size
from commands._words import age, bar
from dac.dataset_counted import Progress
from dac.dataset_findings import report_of
from dac.dataset_report import Report
from dac.dataset_rules import rules_of
from dac.errors import Denied, Invalid
from dac.naming import clip, in_one_line

WHOLE = 100
SURE_AFTER = timedelta(seconds=5)
"""Before that, how long it will take cannot be told from how long it has taken."""


class Check(Arguments):
    dataset: Annotated[
        str | None,
        AfterValidator(lambda word: is_address(word) if word else word),
        Word(),
        Field(
            max_length=1100,
            title="bucket/object",
            description="The JSONL file in Object Storage, such as training/pairs.jsonl",
        ),
    ] = None
    file: Annotated[
        str | None,
        in_slack,
        Option(asked=True, file=("jsonl", "json", "txt")),
        Field(max_length=300, title="F0123456", description="Or a file from your computer"),
    ] = None
    namespace: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=100, description="The namespace of Object Storage; left out, the tenancy's own"),
    ] = None
    region: Annotated[
        str | None,
        Option(asked=True),
        Field(max_length=100, description="Where; left out, it is looked for in every region I look after"),
    ] = None


def needs(values: Mapping[str, Any]) -> tuple[str, ...]:
    return () if values.get("dataset") or values.get("file") else ("dataset",)


def run(args: Check, call: Call, services: Services) -> Reply:
    if args.file:
        return _of_file(args.file, call, services)
    known = _making.regions_known(services, services.fleet.fleet())
    regions = [_making.region_meant(args.region, known)] if args.region else known
    found = find(args.dataset or "", args.namespace, regions, services)
    check_plain(found.dataset, found.stored)
    where = f"Object Storage in {found.region}"
    looked = Looked(in_one_line(str(found.dataset)), where, found.stored.size, call.user, found.dataset)
    parts = services.fleet.content(*found)
    return _checking(looked, parts, services, lambda report: kept(*found, report, services))


def _of_file(file_id: str, call: Call, services: Services) -> Reply:
    file = services.files.info(file_id)
    if file.user != call.user and file_id not in {each.id for each in call.files}:
        # Whoever knows its number could otherwise ask about files that Slack does not show them.
        raise Denied(f"“{clip(file.name)}” was put into Slack by somebody else: attach it to your own message.")
    looked = Looked(in_one_line(file.name), "a file in Slack", file.size, call.user, others=len(call.files[1:]))
    return _checking(looked, services.files.read(file), services, _forget)


def _forget(_: Report) -> None:
    """A file in Slack cannot be trained on, so nobody will ask again."""


def _checking(
    looked: Looked, parts: Iterable[bytes], services: Services, remember: Callable[[Report], object]
) -> Reply:
    if not looked.size:
        what = "stands for a folder: name a file in it" if looked.name.endswith("/") else "is empty"
        raise Invalid(f"{clip(looked.name)} {what}; there is nothing in it to train on.")
    rules, begun = rules_of(services.catalog, services.handbook), services.now()

    def rest() -> Iterator[Reply]:
        with services.checkers.begin() as checking:
            for part in as_lines(looked.name, parts):
                yield _progress(looked, checking.feed(part), services.now() - begun)
            report = report_of(checking.finish(), rules)
        remember(report)
        yield report_on(looked, report, services)

    return replace(_progress(looked, Progress(0, 0, 0), timedelta()), stoppable=True, then=rest())


def _progress(looked: Looked, progress: Progress, took: timedelta) -> Reply:
    done = min(progress.bytes, looked.size)
    percent = WHOLE * done // looked.size
    told = [f"{size(done)} of {size(looked.size)}"]
    if done:
        told += [f"{progress.lines:,} lines", f"{progress.rows:,} pairs"]
    if done and took >= SURE_AFTER:
        told.append(f"about {age(took * ((looked.size - done) / done))} left")
    told.append(f"asked for by {people([looked.user])}")
    text = f"Checking {named(looked.name)}, {escape(looked.where)}"
    return Reply(
        text=f"{text}: {percent} %",
        blocks=[section(f"🔎 {text}\n{bar(percent)}"), context(" · ".join(told))],
        public=True,
    )


COMMAND = Command(
    name="dataset check",
    summary="Whether a file is fit to be trained on: format, quantity, quality. What it says is shown to nobody.",
    arguments=Check,
    run=run,
    needs=needs,
    examples=("dataset check training/pairs.jsonl", "dataset check oci://training@acme/pairs.jsonl"),
    aliases=("dataset", "check dataset"),
    menus={"region": _making.regions},
    submit="Check it",
    group=Group.ADVISE,
    order=28,
)
