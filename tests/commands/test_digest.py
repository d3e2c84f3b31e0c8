"""What a digest leads with, what it is compared with, and that it stays true when something cannot be read."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from commands._chart import SpendDays
from commands._digest import told as gathered
from commands._digest_message import message
from dac.digest import Scope
from dac.errors import Invalid, NotFound, Unavailable
from tests.commands.charges import DAY, DAYS, at, row, sound
from tests.commands.fleets import BUSY, world
from tests.commands.room import Room, lines, shown
from tests.fakes import ANN, BOB, CATALOG, START, cluster, fleet

UTC = ZoneInfo("UTC")
EVERYTHING = Scope()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path, world((cluster(), BUSY)))
    made.oracle.compartments_named = {cluster().compartment_id: "genai-prod", "ocid1.compartment.oc1..other1": "lab"}
    made.oracle.charged = [row(day, "1200" if day == at(22) else "1152") for day in DAYS]
    return made


def told(room: Room, line: str = "digest") -> str:
    reply = room.say(line)
    assert not reply.public
    return sound(reply)


def test_it_leads_with_what_it_came_to(room: Room) -> None:
    reply = room.say("digest")
    assert reply.text == ("Yesterday $1,200, November $25,392. Nothing needs attention")
    answer = told(room)
    assert answer.startswith("Cost digest, Mon 23 Nov 2026\n*Yesterday $1,200, November $25,392")
    assert "Oracle, RequestSummarizedUsages, 2026-11-23" in answer


def test_every_sum_stands_beside_those_before_it(room: Room) -> None:
    answer = told(room)
    assert (
        "*Yesterday* (22 Nov): *$1,200* so far ⏳ · $1,152 the day before, already 4 % more than the Sunday before "
        "($1,152)" in answer
    )
    assert "*Last 7 days* (16 to 22 Nov): *$8,112* ($2,352 of it ⏳) · to 20 Nov: as much as 9 to 13 Nov" in answer
    assert "*November so far* (1 to 22 Nov): *$25,392* ($2,352 of it ⏳) · to 20 Nov: as much as 1 to 20 Oct" in answer
    assert "⏳ provisional: Oracle adds to the last 48 h" in answer
    assert "Days are" not in answer


@pytest.mark.parametrize(
    ("october", "beside", "said", "first"),
    [
        ("900", "", "to 20 Nov: 28 % more than 1 to 20 Oct ($18,000)", "$25,392 (final days 28 % above October)"),
        ("1200", "", "to 20 Nov: 4 % less than 1 to 20 Oct ($24,000)", "$25,392 (final days 4 % below October)"),
        ("-1", "", "to 20 Nov: $23,040, and -$20 in 1 to 20 Oct", "$25,392."),
        ("1200", "EUR", "to 20 Nov: 4 % less than 1 to 20 Oct ($24,000)", "1 EUR and $25,392."),
    ],
)
def test_final_days_alone_are_more_or_less(room: Room, october: str, beside: str, said: str, first: str) -> None:
    room.oracle.charged = [row(day, october if day.month == 10 else "1152") for day in DAYS if day < at(22)]
    room.oracle.charged += [row(at(22), "1200"), *([row(at(22), "1", currency=beside)] if beside else [])]
    reply = room.say("digest")
    assert f"*$25,392* ($2,352 of it ⏳) · {said}" in sound(reply)
    assert f"November {first}" in reply.text
    found = {each["line"]: each for each in sheet_of(room) if each["kind"] == "final days compared"}
    assert found["total:month"]["amount"] == str(int(october) * 20)
    assert (found["total:month"]["since"], found["total:month"]["until"]) == ("2026-10-01", "2026-10-21")


def test_what_was_less_or_nothing_or_a_credit_is_said_so(room: Room) -> None:
    room.oracle.charged = [row(at(22), "50"), row(at(21), "100"), row(at(15), "-5")]
    answer = told(room)
    assert "*$50* so far ⏳ · $100 the day before, -$5 the Sunday before" in answer
    assert "*$145* ($150 of it ⏳) · to 20 Nov: -$5, and nothing in 1 to 20 Oct" in answer
    room.oracle.charged = [row(at(22), "-50"), row(at(21), "100")]
    assert "*-$50* so far ⏳ · $100 the day before, nothing the Sunday before" in told(room)


def test_currencies_are_told_apart_and_not_all_of_many(room: Room) -> None:
    room.oracle.charged = [row(at(22), "1.10"), row(at(22), "2.20", currency="EUR"), row(at(21), "1", currency="CHF")]
    answer = told(room)
    assert "*Yesterday 2.20 EUR and $1.10" in answer
    assert "*CHF* · Yesterday nothing yet · Last 7 days 1 CHF · November so far 1 CHF" in answer
    assert "*EUR* · Yesterday 2.20 EUR · Last 7 days 2.20 EUR · November so far 2.20 EUR" in answer
    assert "What was before: `/dac digest --file`." in answer
    room.oracle.charged = room.oracle.charged[1:]
    answer = told(room)
    assert "*2.20 EUR* so far ⏳ · nothing yet of the day before" in answer
    assert "*nothing yet* in CHF ⏳ · 1 CHF the day before, nothing the Sunday before" in answer
    room.oracle.charged = [row(at(22), "1", currency=f"AA{letter}") for letter in "ABCDEFGHIJKLMN"]
    assert "2 more currencies and what was before" in told(room)
    room.oracle.charged = [row(at(22), "1", currency=f"AA{letter}") for letter in "ABCDEFGH"]
    assert "1 AAC and 5 more currencies" in told(room)
    room.oracle.charged = room.oracle.charged[:4]
    assert "1 AAC and 1 more currency," in told(room)


def test_the_end_of_a_utc_day_is_told_where_it_is_another(room: Room) -> None:
    room.zones[ANN] = "Europe/Berlin"
    assert "Days are Oracle's, in UTC: one ends at 01:00 in Europe/Berlin." in told(room)


def test_on_the_first_of_a_month_the_last_one_is_told(room: Room) -> None:
    room.clock.advance(hours=8 * 24)
    answer = told(room)
    assert "*Yesterday nothing yet, November $25,392" in answer
    assert "*November* (1 to 30 Nov): *$25,392* so far ⏳ · to 28 Nov: 21 % less than 1 to 28 Oct ($32,256)" in answer


def test_its_buttons_are_of_its_own_days(room: Room) -> None:
    reply = room.say("digest")
    assert lines(reply.blocks)[-4:-2] == ["cost actual 2026-11-22", "cost actual 2026-11"]
    assert "*22 November 2026*, 2026-11-22 in UTC: Oracle charged *$1,200*" in shown(room.say("cost actual 2026-11-22"))
    room.clock.advance(hours=8 * 24)
    assert lines(room.say("digest").blocks)[-4:-2] == ["cost actual 2026-11-30", "cost actual 2026-11"]


def test_what_has_not_come_in_yet_is_no_sum_and_compared_with_none(room: Room) -> None:
    assert room.oracle.charged is not None
    room.oracle.charged = [each for each in room.oracle.charged if each.since < at(21)]
    answer = told(room)
    assert "*nothing yet* in USD ⏳ · nothing yet of the day before, $1,152 the Sunday before" in answer
    assert "100 % less" not in answer
    assert "$0" not in answer


def test_an_estimate_without_any_price_is_not_one_of_nothing(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster("odd", unit_shape="NEVER_HEARD_OF")))
    room.oracle.charged = None
    answer = told(room)
    assert "*What was spent is not known" in answer
    assert "*Yesterday* (22 Nov): not known" in answer
    assert "nothing" not in answer.partition("By the end")[0].partition("Not known")[0].replace("Nothing to see", "")
    empty = Room(tmp_path / "empty", fleet())
    empty.oracle.charged = None
    assert "*No clusters, and what was spent is not known" in told(empty)


def test_a_first_day_has_nothing_before_it(room: Room) -> None:
    room.oracle.charged = [row(at(22), "600")]
    answer = told(room)
    assert "*$600* so far ⏳ · nothing yet of the day before, nothing the Sunday before" in answer


def after(room: Room, scope: Scope = EVERYTHING) -> str:
    """What a schedule's digest says on the day after, of what the digest of today had told."""
    before = gathered(room.services, scope, START, UTC)
    assert before.restated == ()
    assert room.oracle.charged is not None
    room.oracle.charged += [row(at(5), "12"), row(at(22), "9000"), row(at(23), "1200")]
    room.clock.advance(hours=24)
    return sound(message(gathered(room.services, scope, START + DAY, UTC, before=before.charges), {}))


def test_a_final_day_that_is_another_sum_now_is_told(room: Room) -> None:
    answer = after(room)
    assert "⚠️ *Told otherwise before*: 5 Nov as $1,152, now $1,164. Most likely Oracle's rows came late" in answer
    assert "Told otherwise" not in told(room)


def test_a_day_that_shrank_is_told_and_more_days_are_in_the_sheet(room: Room) -> None:
    charged = room.oracle.charged = [row(day, "10") for day in DAYS]
    before = gathered(room.services, EVERYTHING, START, UTC).charges
    room.oracle.charged = [row(at(22), "9.80")] + [each for each in charged if each.since not in {at(1), at(2), at(22)}]
    room.oracle.charged += [row(at(3), "1", currency="EUR")]
    reply = message(gathered(room.services, EVERYTHING, START, UTC, before=before), {})
    assert (
        "*Told otherwise before*: 22 Nov as $10 ⏳, now $9.80; 3 Nov as nothing in EUR, now 1 EUR; "
        "2 Nov as $10, now nothing in USD; 1 more in the sheet." in sound(reply)
    )
    (file,) = reply.files
    rows = [each for each in csv.DictReader(io.StringIO(file.content.decode())) if each["kind"].startswith("told")]
    assert [(each["since"], each["name"], each["amount"], each["currency"]) for each in rows] == [
        ("2026-11-22", "told as 10 before, provisional", "9.80", "USD"),
        ("2026-11-03", "told as 0 before, final", "1", "EUR"),
        ("2026-11-02", "told as 10 before, final", "0", "USD"),
        ("2026-11-01", "told as 10 before, final", "0", "USD"),
    ]


def test_where_clusters_may_have_left_the_scope_that_may_be_why(room: Room) -> None:
    answer = after(room, Scope(by="compartment", value=cluster().compartment_id, name="genai-prod"))
    assert (
        "now $1,164. Most likely Oracle's rows came late or were corrected, or what was here is not any more." in answer
    )


def test_what_was_told_last_is_kept_while_nothing_can_be_read(room: Room) -> None:
    before = gathered(room.services, EVERYTHING, START, UTC).charges
    room.oracle.charged = None
    estimated = gathered(room.services, EVERYTHING, START, UTC, before=before)
    assert (estimated.charges, estimated.restated) == (before, ())


def test_an_empty_tenancy_is_one_sentence(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet())
    room.oracle.charged = []
    reply = room.say("digest")
    assert reply.text == "No clusters and no charges. Nothing needs attention"
    assert "*Yesterday* (22 Nov): nothing yet was charged ⏳" in told(room)


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        (
            Scope(by="compartment", value="ocid1.compartment.oc1..left", name="old"),
            "compartment old any more: DAC_OCI_C",
        ),
        (Scope(by="region", value="uk-london-1"), "region uk-london-1 any more: DAC_OCI_REGIONS leaves it out"),
    ],
)
def test_of_a_place_that_is_not_looked_after_any_more_that_is_said_and_not_that_nothing_is_there(
    room: Room, scope: Scope, why: str
) -> None:
    services = replace(room.services, regions=("eu-frankfurt-1",))
    with pytest.raises(NotFound, match=why):
        gathered(services, scope, START, UTC)
    gathered(services, Scope(by="region", value="eu-frankfurt-1"), START, UTC)


def test_a_scope_is_of_its_clusters_alone(room: Room) -> None:
    other = cluster("other", region="us-chicago-1", compartment_id="ocid1.compartment.oc1..other1")
    room.oracle.add(other)
    assert room.oracle.charged is not None
    room.oracle.charged += [row(at(22), "7", resource_id=other.id), row(at(22), "0.5", resource_id="ocid1.gone")]
    assert "*Yesterday $1,200, November $25,392 for the clusters in compartment genai-prod" in told(
        room, "digest --scope compartment:genai-prod"
    )
    answer = told(room, "digest --scope region:us-chicago-1")
    assert "*Yesterday $7, November $7 for the clusters in us-chicago-1" in answer
    assert "$0.50 since 2026-10-01 are not attributable" in answer
    assert "Yesterday of all clusters" in answer
    assert "*No clusters and no charges for the clusters tagged team=none" in told(room, "digest --scope tag:team=none")
    with pytest.raises(Invalid, match="“everything” is no scope"):
        room.say("digest --scope everything")
    room.services = replace(room.services, regions=("us-chicago-1",))
    with pytest.raises(Invalid, match=r"I look after no region “us-chicgo-1”\. Did you mean us-chicago-1\?"):
        room.say("digest --scope region:us-chicgo-1")
    assert "in us-chicago-1" in told(room, "digest --scope region:US-Chicago-1")


def test_without_access_it_is_estimated_and_says_so(room: Room) -> None:
    room.oracle.charged = None
    room.oracle.add(cluster("odd", unit_shape="VERA_X9"))
    answer = told(room)
    assert "*Yesterday estimated at least $1,152, November estimated at least $25,344" in answer
    assert "*Last 7 days* (16 to 22 Nov): at least *$8,064* estimated" in answer
    assert "⚠️ *Not in these sums*: odd." in answer
    assert ("total:week", "estimated, at least") in [(each["line"], each["standing"]) for each in sheet_of(room)]
    assert "Estimated: what Oracle charged is not known. These sums are units × hours" in answer
    assert "compared with nothing. Let the reading identity `read usage-report in tenancy`" in answer
    assert "Not known: the price of VERA_X9" in answer
    assert "B108082" in str(CATALOG.prices)
    assert "⏳" not in answer


def test_without_the_fleet_the_charges_are_told(room: Room) -> None:
    room.oracle.fail("fleet", Unavailable("Oracle does not answer."), times=3)
    answer = told(room)
    assert "*Yesterday $1,200" in answer
    assert "⚪ Not known: which clusters there are. Oracle does not answer." in answer
    answer = told(room, "digest --scope region:eu-frankfurt-1")
    assert "*What was spent is not known for the clusters in eu-frankfurt-1" in answer


def test_what_oracle_does_not_answer_is_estimated(room: Room) -> None:
    room.oracle.fail("spend", Unavailable("Oracle does not answer."))
    assert "an estimated $1,152" in told(room)


def sheet_of(room: Room) -> list[dict[str, str]]:
    reply = room.say("digest --file")
    assert reply.then is not None
    (file,) = next(iter(reply.then)).files
    return list(csv.DictReader(io.StringIO(file.content.decode())))


def test_a_sheet_is_for_everybody(room: Room) -> None:
    reply = room.say("digest --file")
    assert reply.public
    assert reply.then is not None
    (last,) = reply.then
    (file,) = last.files
    assert file.name == "digest-2026-11-23.csv"
    sheet = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [each["amount"] for each in sheet if each["kind"] == "total"] == ["1200", "8112", "25392"]
    assert {each["standing"] for each in sheet if each["kind"] == "total"} == {"provisional"}


def test_its_days_are_drawn_for_each_currency_up_to_two(room: Room) -> None:
    reply = room.say("digest")
    (chart,) = reply.pictures.values()
    assert chart.title == "Spend by day, November 2026"
    assert room.oracle.charged is not None
    room.oracle.charged += [row(at(22), "1", currency=name) for name in ("CHF", "EUR")]
    reply = room.say("digest")
    sound(reply)
    assert [each.currency for each in reply.pictures.values() if isinstance(each, SpendDays)] == ["USD", "CHF"]
    assert sum(each["type"] == "image" for each in reply.blocks) == 2
    room.oracle.charged = None
    assert room.say("digest").pictures == {}


def test_a_sheet_for_everybody_has_the_marks_of_the_channel(room: Room) -> None:
    room.say("scale chat 4")
    room.say("digest")
    room.say("digest acknowledge request:1 --mine")
    assert "request:1" not in told(room)
    reply = room.say("digest --file")
    assert "digest acknowledge request:1" in lines(reply.blocks)
    room.say("digest acknowledge request:1", BOB)
    assert "not shown: 1." in shown(room.say("digest --file"))


def test_what_is_on_the_bill_and_in_no_sum_is_told(room: Room) -> None:
    assert "Not in the sums" not in told(room)
    new = row(at(20), "99", part_number="B999999", product="Huge Cohere - Dedicated")
    room.oracle.charged_beside = [
        new,
        row(at(20), "1", product="Large Cohere"),
        row(at(20, 10), "5", product="Dedicated"),
    ]
    assert "⚠️ *Not in the sums*: $99 of November." in told(room)
    assert "Not in the sums" not in told(room, "digest --scope region:eu-frankfurt-1")
    room.oracle.charged_beside = None
    assert "⚪ Not known: what Oracle charged beside. Let the reading identity read it" in told(room)
    room.oracle.fail("uncounted", Unavailable("Oracle does not answer."))
    assert "⚪ Not known: what else is on the bill. Oracle does not answer." in told(room)
