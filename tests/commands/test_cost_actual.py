"""What Oracle charged, told with its source, with what may still change, and never added up over currencies."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import _bill
from dac.anomalies import Anomalies, Anomaly
from dac.cluster import Gap
from dac.errors import Invalid, NotFound, Unavailable
from dac.usage import Budget, Budgets, Spend, UsageRow
from tests.commands.charges import CHAT, DAYS, at, sound
from tests.commands.charges import priced as row
from tests.commands.fleets import hostile, large, twins
from tests.commands.room import Room, buttons, lines, shown
from tests.commands.sound import live, markup, refused
from tests.fakes import BOB, START, cluster, fleet


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.oracle.charged = [row(day, "1152") for day in DAYS]
    return made


def told(room: Room, line: str) -> str:
    return sound(room.say(line))


@pytest.mark.parametrize(
    ("line", "days", "sum_"),
    [
        ("cost actual", "November 2026 so far*, 2026-11-01 to 2026-11-23", "$25,344"),
        ("cost actual yesterday", "Yesterday*, 2026-11-22", "$1,152"),
        ("cost actual chat week", "The last 7 days*, 2026-11-16 to 2026-11-22", "$8,064"),
        ("cost actual chat last month", "October 2026*, 2026-10-01 to 2026-10-31", "$35,712"),
        ('cost actual "chat" 2026-10', "October 2026*", "$35,712"),
        ("cost actual chat", "November 2026 so far*", "$25,344"),
        ("bill 2026-10", "October 2026*", "$35,712"),
    ],
)
def test_a_period_is_told_with_its_sum_and_source(room: Room, line: str, days: str, sum_: str) -> None:
    answer = told(room, line)
    assert days in answer
    assert f"Oracle charged *{sum_}*" in answer
    assert "Oracle, RequestSummarizedUsages, 2026-11-23" in answer


@pytest.mark.parametrize(
    ("line", "ways"),
    [
        ("cost actual", ["Explain the sum", "Last month", "Yesterday"]),
        ("cost actual 2026-11-22", ["Explain the sum", "Last month"]),
        ("cost actual last month", ["Explain the sum", "Yesterday"]),
    ],
)
def test_no_button_asks_for_the_bill_that_is_shown(room: Room, line: str, ways: list[str]) -> None:
    assert [each["text"]["text"] for each in buttons(room.say(line).blocks)] == ways


def test_a_line_is_a_cluster_and_a_part_number(room: Room) -> None:
    assert room.oracle.charged is not None
    room.oracle.charged.append(row(at(3, 10), "10.005", part_number="B111015", quantity=None))
    answer = told(room, "cost actual last month")
    assert "*chat* · B108082 · quantity 1,488.0 · *$35,712* · 0 % off list" in answer
    assert "*chat* · B111015 · *$10.01* · 0 % off list" in answer
    assert "The sum is of 32 rows" in answer


def test_currencies_are_told_apart(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "1.10"), row(at(2, 10), "2.20", currency="EUR")]
    answer = told(room, "cost actual last month")
    assert "Oracle charged *2.20 EUR* and *$1.10*" in answer


def test_what_oracle_calls_a_currency_calls_nobody(room: Room) -> None:
    room.oracle.charged = [row(at(22), "-1.10", currency="<!here>"), row(at(22), "2.20", currency="A&B")]
    answer = told(room, "cost actual yesterday")
    assert "Oracle charged *-1.10 <!here>* and *2.20 A&B*" in answer
    assert "*-1.10 <!here>* of it are credits" in answer
    assert room.say("cost actual yesterday").text == (
        "yesterday: Oracle charged -1.10 &lt;!here&gt; and 2.20 A&amp;B for all"
    )


def test_a_day_whose_rows_have_not_come_in_is_not_told_as_free(room: Room) -> None:
    room.oracle.charged = []
    assert "Oracle charged *nothing* yet for all" in told(room, "cost actual yesterday")
    assert "Oracle charged *nothing* for all" in told(room, "cost actual last month")


def test_a_discount_is_shown(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "864", unit_price="18"), row(at(3, 10), "900", unit_price="18.75")]
    answer = told(room, "cost actual last month")
    assert "against Oracle's list rate: 21.9 to 25 %" in answer
    assert "*$1,764* · 21.9 to 25 % off list" in answer
    room.oracle.charged = [row(at(2, 10), "864", unit_price="18"), row(at(3, 10), "900", unit_price=None)]
    assert "against Oracle's list rate: partly 25 %" in told(room, "cost actual last month")


def test_what_may_still_change_is_marked_and_what_is_settled_is_not(room: Room) -> None:
    answer = told(room, "cost actual week")
    assert "⏳ *$2,304* of it is provisional" in answer
    assert "since 2026-11-21" in answer
    assert "third party" in answer
    settled = told(room, "cost actual last month")
    assert "⏳" not in settled
    assert "Final: these days ended more than 48 h ago." in settled
    room.oracle.charged = []
    answer = told(room, "cost actual yesterday")
    assert "Oracle charged *nothing*" in answer
    assert "⏳ Provisional: Oracle still changes" in answer


def test_credits_and_corrections_lower_the_sum(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "100"), row(at(2, 10), "-120.50", quantity=None, unit_price=None)]
    assert "Oracle charged *-$20.50*" in told(room, "cost actual last month")


def test_credits_are_told_as_such(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "100"), row(at(2, 10), "-0.50"), row(at(3, 10), "-3", currency="EUR")]
    answer = told(room, "cost actual last month")
    assert "*-3 EUR* and *-$0.50* of it are credits, refunds and corrections: rows below zero" in answer
    room.oracle.charged = [row(at(2, 10), "100")]
    assert "below zero" not in told(room, "cost actual last month")


def test_what_is_in_no_sum_is_said(room: Room) -> None:
    new = row(at(2, 10), "10.50", part_number="B999999", product="Huge - Dedicated <!here>")
    demand = [
        row(at(2, 10), "1", part_number=f"B10807{number}", product="", unit="10,000 Transactions", resource_id="")
        for number in range(6)
    ]
    room.oracle.charged_beside = [new, *demand]
    answer = told(room, "cost actual last month")
    assert "Oracle charged *$35,712*" in answer
    assert (
        "⚠️ *$10.50* of what is dedicated by its name is *not in the sum*, for I do not know its part number: "
        "B999999 Huge - Dedicated <!here>. With its price in a file of DAC_CATALOG_FILES it counts."
    ) in answer
    assert (
        "Not in the sum, for it takes no cluster: *$6* of Generative AI on demand and the like, by the part numbers "
        "B108070, B108071, B108072, B108073 and 2 more."
    ) in answer
    alone = told(room, "cost actual chat last month")
    assert "⚠️ *$10.50* of chat is *not in the sum*" in alone
    assert "on demand" not in alone
    assert "not in the sum" not in told(room, "cost actual yesterday")
    room.oracle.charged_beside = None
    assert "What Oracle charged beside is not known: let the reading identity read it" in told(room, "cost actual")


def test_clusters_that_are_gone_and_rows_without_any_stay_in_the_sum(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "1", resource_id="ocid1.x.gone99"), row(at(2, 10), "2", resource_id="")]
    answer = told(room, "cost actual last month")
    assert "…gone99" in answer
    assert "no resource named" in answer
    assert "*$3*" in answer


def test_budgets_are_told_of_the_month_that_runs(room: Room) -> None:
    known = Budget(
        id="b",
        name="prod <!here>",
        amount=Decimal(180_000),
        actual=Decimal("96412.37"),
        forecast=Decimal("171350.2"),
        target_type="COMPARTMENT",
    )
    bare_one = known.model_copy(update={"name": "bare", "forecast": None, "amount": Decimal(0)})
    unreckoned = known.model_copy(update={"name": "new", "actual": None})
    times = {
        "SINGLE_USE": ", once and not by the month",
        "INVOICE": ", by your invoice's period and not the month",
        "<!channel>\n": ", by <!channel> and not the month",
    }
    others = [bare_one.model_copy(update={"name": "other", "processing": each}) for each in times]
    room.oracle.budgeted = Budgets(found=(known, bare_one, *others, unreckoned), read_at=START)
    answer = told(room, "cost actual")
    assert "96,412.37 of 180,000.00 spent (53.6 %), 171,350.20 foreseen" in answer
    assert "“bare”: 96,412.37 of 0.00 spent, in" in answer
    assert "“new”" not in answer
    for each in times.values():
        assert f"“other”{each}: 96,412.37 of 0.00 spent" in answer
    for line in ("cost actual chat", "cost actual last month", "cost actual yesterday"):
        assert "Budget" not in told(room, line)


def odd(day: datetime, **changes: object) -> Anomaly:
    known = {"id": "ocid1.costanomalyevent.oc1..a", "name": "x", "day": day.date(), "monitor": "Generative AI"}
    figures = {"region": "us-chicago-1", "impact": "864", "variance": "25", "root_cause": '{"<!here>": "1 more"}'}
    return Anomaly.model_validate(known | figures | changes)


def test_cost_anomalies_are_told_for_the_whole_tenancy(room: Room) -> None:
    bare_one = odd(at(19), impact=None, variance=None, region="", root_cause="")
    cheaper = odd(at(20), impact="-1.5", variance=None)
    compute = odd(at(17), monitor="Compute", service="Compute")
    found = (odd(at(18)), bare_one, cheaper, odd(at(21)), compute, odd(at(2, 10)))
    room.oracle.anomalous = Anomalies(since=at(22, 9).date(), found=found, read_at=START)
    answer = told(room, "cost actual")
    assert (
        "2026-11-18 Generative AI, us-chicago-1: 864.00 more than foreseen (+25.0 %), 4,320.00 in place of 3,456.00, "
        "because, in Oracle's words, <!here>: 1 more; 2026-11-19 Generative AI: another sum than foreseen; "
        "2026-11-20 Generative AI, us-chicago-1: 1.50 less than foreseen, because"
    ) in answer
    assert "; 1 more; 1 of other services." in answer
    assert "Oracle, ListCostAnomalyEvents, 2026-11-23" in answer
    assert "Oracle found no cost anomaly of Generative AI in these days." in told(room, "cost actual yesterday")
    for line in ("cost actual chat", "cost actual 2026-08"):
        assert "anomal" not in told(room, line)


def test_what_oracle_does_not_tell_beside_the_bill_is_unknown_by_itself(room: Room) -> None:
    answer = told(room, "cost actual")
    assert "Oracle charged *$25,344*" in answer
    assert "What Oracle's budgets say is not known: let the reading identity see them" in answer
    assert "What cost anomalies Oracle found is not known: let the reading identity read them" in answer


def test_many_budgets_are_not_all_shown(room: Room) -> None:
    known = Budget(id="b", name="b", amount=Decimal(2), actual=Decimal(1), computed_at=START, target_type="TAG")
    room.oracle.budgeted = Budgets(found=(known,) * 7, read_at=START)
    answer = told(room, "cost actual")
    assert "as Oracle reckoned at 2026-11-23 12:00 UTC" in answer
    assert "2 more budgets are not shown" in answer


def test_without_access_it_is_estimated_and_says_so(room: Room) -> None:
    room.oracle.charged = None
    answer = told(room, "cost actual yesterday")
    assert "*$1,152* for all dedicated AI clusters I look after, *estimated*" in answer
    assert "let the reading identity `read usage-report in tenancy`" in answer
    assert "*chat* · 2 units · 24.0 h · *$1,152*" in answer
    assert "what others changed or deleted by themselves is not known" in answer
    assert "the rest of the 744 unit-hours that Oracle bills for a hosting cluster at the least" in answer


def test_an_estimate_knows_what_requests_have_changed_and_when(room: Room) -> None:
    room.oracle.charged = None
    room.say("scale chat 4 --for 8h")
    room.say("approve 1", BOB)
    room.pass_time(minutes=30)
    room.pass_time(minutes=30)
    assert room.oracle.units(CHAT) == 4
    room.pass_time(hours=1)
    answer = told(room, "cost actual today")
    (line,) = re.findall(r"\*chat\* · 2→4 units · 14.0 h · \*(\$[\d,.]+)\*", answer)
    done = room.request().ended_at
    assert done
    before = Fraction((done - at(23)) / timedelta(hours=1))
    assert Fraction(line[1:].replace(",", "")) == pytest.approx((before * 2 + (14 - before) * 4) * 24, abs=0.01)
    assert "past me" not in answer
    room.oracle.change(CHAT, unit_count=3)
    answer = told(room, "cost actual today")
    assert "*chat* · 2→3 units" in answer
    assert "Somebody has changed chat past me" in answer


def test_an_estimate_counts_what_a_request_has_deleted(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster(), cluster("old", units=1)))
    room.say("delete old because nobody calls it")
    room.say("approve 1", BOB)
    for _ in range(4):
        room.pass_time(minutes=30)
    (gone,) = (each.id for each in (cluster("old"),))
    assert gone in room.oracle.removed
    room.oracle.remove(gone)
    line = re.compile(r"\*old \(deleted\)\* · 1 unit · 1\d\.\d h · \*\$")
    assert line.search(told(room, "cost actual today"))
    assert line.search(told(room, "cost actual old today"))
    assert "old" not in told(room, "cost actual chat today")
    room.clock.advance(hours=24)
    assert re.search(r"\*old\*: \(1 × 1\d", told(room, "cost explain total:yesterday"))
    room.say("digest")
    assert "*old*, 1 Nov 00:00 to 23 Nov 1" in told(room, "cost explain forecast")


def test_a_cluster_that_a_request_has_deleted_keeps_its_name_on_the_bill(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster(), cluster("old", units=1)))
    old = cluster("old")
    room.say("delete old because nobody calls it")
    room.say("approve 1", BOB)
    for _ in range(4):
        room.pass_time(minutes=30)
    room.oracle.remove(old.id)
    room.oracle.charged = [row(at(23), "24", resource_id=old.id), row(at(23), "48")]
    assert "*old (deleted)* · B108082 · quantity 48.0 · *$24*" in told(room, "cost actual month")
    reply = room.say("cost actual old month")
    sound(reply)
    assert "Oracle charged *$24* for *old*" in shown(reply)
    assert lines(reply.blocks) == [f"cost actual {old.id} last month"]
    with pytest.raises(NotFound, match="no cluster “older”"):
        room.say("cost actual older month")


def test_regions_that_cannot_be_read_are_not_in_the_estimate(tmp_path: Path) -> None:
    seen = fleet(cluster()).model_copy(update={"gaps": (Gap(region="us-chicago-1", what="clusters", because="x"),)})
    assert "Clusters in us-chicago-1 could not be read and are not in the sum" in told(Room(tmp_path, seen), "bill 1d")


@pytest.mark.parametrize("charged", [True, False])
def test_without_a_fleet_there_is_still_the_bill(room: Room, charged: bool) -> None:  # noqa: FBT001 - a parameter of the case
    if not charged:
        room.oracle.charged = None
    room.oracle.fail("fleet", Unavailable("Oracle did not answer in time."), times=2)
    answer = told(room, "cost actual last month")
    assert "hich clusters there are is not known: Oracle did not answer in time." in answer
    if charged:
        assert "Oracle charged *$35,712*" in answer
        assert "go by the ends of their OCIDs" in answer
    else:
        assert "*unknown* for all" in answer
        assert "Nor can it be estimated" in answer
    with pytest.raises(Unavailable):
        room.say("cost actual chat last month")


def test_many_sizes_are_cut_short(room: Room) -> None:
    room.oracle.charged = None
    for number, units in enumerate((3, 4, 5, 6, 7, 8), start=1):
        room.say(f"scale chat {units}")
        room.say(f"approve {number}", BOB)
        room.pass_time(minutes=30)
        room.pass_time(minutes=30)
    room.pass_time(hours=1)
    assert "*chat* · 2→…→8 units" in told(room, "cost actual today")


def test_an_estimate_leaves_out_what_has_no_price_and_says_so(tmp_path: Path) -> None:
    odd = cluster("odd", unit_shape="VERA_X9")
    answer = told(Room(tmp_path, fleet(cluster(), odd, cluster("dead", lifecycle_state="FAILED"))), "cost actual 1d")
    assert "*odd* · 2 units · 24.0 h · *unknown*" in answer
    assert "at least *$1,152* for all dedicated AI clusters I look after, *estimated*, *without odd*" in answer
    assert "⚪ Not known: the price of VERA_X9." in answer
    assert "dead" not in answer


def test_an_estimate_of_what_has_no_price_is_unknown(tmp_path: Path) -> None:
    answer = told(Room(tmp_path, fleet(cluster("odd", unit_shape="VERA_X9"))), "cost actual 1d")
    assert "*unknown* for all" in answer


def test_no_clusters_are_no_estimate(tmp_path: Path) -> None:
    assert "*unknown*" in told(Room(tmp_path, fleet()), "cost actual week")


def test_a_long_bill_comes_as_a_file_in_the_thread(tmp_path: Path) -> None:
    seen = large(clusters=200, endpoints=0)
    room = Room(tmp_path, seen)
    room.oracle.charged = [row(at(2, 10), "0.1", resource_id=each.id) for each in seen.clusters]
    reply = room.say("cost actual last month")
    sound(reply)
    assert reply.public
    assert "185 more lines are in the file" in shown(reply)
    assert reply.then is not None
    (last,) = reply.then
    (file,) = last.files
    sound(last)
    assert file.name == "2026-10-01-to-2026-11-01.csv"
    sheet = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert len(sheet) == 200
    assert sum(Fraction(each["amount"]) for each in sheet) == 20
    assert {each["provisional"] for each in sheet} == {"no"}
    assert "185 more clusters" not in shown(reply)


def test_an_estimate_of_many_says_how_many_it_does_not_show(tmp_path: Path) -> None:
    answer = told(Room(tmp_path, large(clusters=40, endpoints=0)), "cost actual yesterday")
    assert "25 more clusters are in the sum and not shown" in answer


def test_namesakes_are_told_apart(tmp_path: Path) -> None:
    room = Room(tmp_path, twins())
    room.oracle.charged = [row(at(2, 10), "1", resource_id=each.id) for each in twins().clusters]
    answer = told(room, "cost actual last month")
    assert "chat@eu-frankfurt-1" in answer
    assert "chat@us-chicago-1" in answer


def test_hostile_names_harm_neither_message_nor_sheet(tmp_path: Path) -> None:
    seen = hostile(20)
    room = Room(tmp_path, seen)
    assert room.say("cost actual last month").blocks
    room.oracle.charged = [row(at(2, 10), "1", resource_id=each.id, product="=1+1") for each in seen.clusters]
    reply = room.say("cost actual last month")
    assert refused(reply.text, reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) == []
    assert reply.then is not None
    (last,) = reply.then
    assert ",'=1+1," in last.files[0].content.decode()


def test_a_bill_that_does_not_name_the_cluster_is_not_taken_for_none(room: Room) -> None:
    room.oracle.charged = [row(at(2, 10), "1", resource_id="ocid1.x.other9")]
    assert "name other resources, not this cluster" in told(room, "cost actual chat last month")
    room.oracle.charged = []
    assert "name other resources" not in told(room, "cost actual chat last month")


def test_what_is_no_cluster_and_no_period_is_told(room: Room) -> None:
    with pytest.raises(NotFound, match=r"no cluster “fortnight”.* Periods are yesterday, week"):
        room.say("cost actual fortnight")
    with pytest.raises(Invalid, match="still to come"):
        room.say("cost actual 2031-01")


amounts = st.integers(-(10**18), 10**18).map(lambda digits: Decimal(f"{digits}e-9"))
ledgers = st.lists(
    st.builds(
        row,
        st.integers(1, 31).map(lambda day: at(day, 10)),
        amounts.map(str),
        currency=st.sampled_from(["USD", "EUR"]),
        resource_id=st.sampled_from([CHAT, "ocid1.gone", ""]),
        part_number=st.sampled_from(["B108082", "B111015"]),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(ledgers)
def test_every_bill_reconciles_with_its_ledger(ledger: list[UsageRow]) -> None:
    spend = Spend(since=at(1, 10).date(), until=at(1).date(), rows=tuple(ledger), read_at=START)
    sheet = list(csv.DictReader(io.StringIO(_bill.bill(spend, {}, "x").content.decode())))
    expected: dict[str, Fraction] = {}
    for each in ledger:
        expected[each.currency] = expected.get(each.currency, Fraction(0)) + Fraction(each.amount)
    found: dict[str, Fraction] = {}
    for line in sheet:
        found[line["currency"]] = found.get(line["currency"], Fraction(0)) + Fraction(line["amount"])
    assert found == expected
    assert len(_bill.lines(spend, {})) == len({(x.resource_id, x.part_number, x.currency) for x in ledger})
