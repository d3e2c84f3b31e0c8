"""The sum behind a line: every number of it, to every digit, adding up to what the line told."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from commands._command import Reply
from dac.budgets import Budget as TeamBudget
from dac.digest import Digest, Kind, Line, Scope
from dac.errors import Invalid, NotFound
from dac.figures import Money
from dac.usage import UsageRow
from tests.commands.charges import CHAT, DAY, DAYS, at, priced, sound
from tests.commands.room import CHANNEL, Room, lines, understood
from tests.fakes import ANN, BOB, START, cluster, fleet, gap, policy, rule

AGO = START - 400 * DAY


def row(day: datetime, amount: str = "864", **changes: object) -> UsageRow:
    """A day of it at the contract's price."""
    return priced(day, amount, **({"unit_price": "18"} | changes))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path, seen=fleet(cluster(time_created=AGO)))
    made.oracle.charged = [row(day) for day in DAYS]
    return made


def said(reply: Reply) -> str:
    """As a person reads it, without its footnotes, and sound."""
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]", "", sound(reply))


def test_a_week_is_a_line_a_day_with_every_digit_and_one_rounding(room: Room) -> None:
    answer = room.say("cost explain chat week")
    text = said(answer)
    assert "2026-11-16 · B108082: 48 × 18 = 864 USD\n" in text.replace(" \n", "\n")
    assert "2026-11-22 · B108082: 48 × 18 = 864 USD ⏳" in text
    assert "Together *6,048 USD* in 7 rows; rounded once, halves away from zero: *$6,048*" in text
    assert "At Oracle's list rates: 8,064 USD; your contract took 2,016 USD off, 25.0 %" in text
    assert "1,728 USD of it may still change" in text
    assert text.count("B108082 is Large Cohere - Dedicated (AI Unit Per Hour).") == 1
    assert lines(answer.blocks) == []


def test_a_month_is_a_line_for_each_price_and_its_rows_are_in_a_sheet(room: Room) -> None:
    charged = room.oracle.charged
    assert charged is not None
    charged += [row(at(3), "-20.005", quantity=None, unit_price=None, list_rate=None), row(at(4), unit_price="18.0")]
    answer = room.say("cost explain all month")
    text = said(answer)
    assert "B108082: -20.005 USD, with no quantity and no unit price" in text
    assert "B108082: 1,104 × 18 = 19,872 USD (23 rows)" in text
    assert "Together *19,851.995 USD* in 24 rows; rounded once, halves away from zero: *$19,852*" in text
    assert (
        "1 of the rows is no quantity × unit price, such as a credit, a correction or mixed prices: -20.005 USD" in text
    )
    assert lines(answer.blocks) == ["cost explain all month --file"]
    (given,) = list(room.say("cost explain all month --file").then or ())
    assert given.public
    (sheet,) = given.files
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode())))
    assert sum(Decimal(each["amount"]) for each in rows) == Decimal("19851.995")


def test_a_part_number_is_explained_by_itself(room: Room) -> None:
    charged = room.oracle.charged
    assert charged is not None
    charged.append(row(at(22), "240", part_number="B108085", quantity="24", unit_price="10", list_rate=None))
    text = said(room.say("cost explain b108085 yesterday"))
    assert "Together *240 USD* in 1 row" in text
    assert "list rates" not in text


def test_a_part_number_without_a_name_of_oracle_s_is_its_number_alone(room: Room) -> None:
    room.oracle.charged = [row(at(22), product="")]
    text = said(room.say("cost explain all yesterday"))
    assert "B108082: 48 × 18 = 864 USD" in text
    assert "B108082 is" not in text


def test_what_oracle_does_not_tell_is_an_estimate_by_units_hours_and_price(room: Room) -> None:
    room.oracle.charged = None
    text = said(room.say("cost explain all yesterday"))
    assert "estimated, for what Oracle charged is not known" in text
    assert "*chat*: (2 × 24 unit-hours) × 24 USD = 1,152 USD" in text
    assert "Together *$1,152*, rounded once, halves away from zero; an estimate" in text
    assert "(2 × 24 unit-hours)" in said(room.say("cost explain B108082 yesterday"))
    assert "Together *unknown*" in said(room.say("cost explain B111015 yesterday"))
    room.oracle.add(cluster("rank", units=3, unit_shape="RERANK_COHERE", time_created=AGO, id=f"{CHAT}rank"))
    room.oracle.add(cluster("meta", units=1, unit_shape="LARGE_GENERIC", time_created=AGO, id=f"{CHAT}meta"))
    assert "*rank*: (24 cluster hours) × " in said(room.say("cost explain rank yesterday"))
    assert "*meta*: (1 × 24 unit-hours) × 2 AI units × " in said(room.say("cost explain meta yesterday"))
    room.oracle.add(cluster("odd", unit_shape="NEVER_HEARD_OF", id="ocid1.generativeaidedicatedaicluster.oc1..odd"))
    assert "*odd*: not in the sum, its price is not known" in said(room.say("cost explain odd yesterday"))
    for number in range(20):
        room.oracle.add(cluster(f"more-{number}", id=f"ocid1.generativeaidedicatedaicluster.oc1..more{number}"))
    assert "more clusters are in the sum" in said(room.say("cost explain all yesterday"))


def test_whatever_oracle_calls_a_currency_or_a_part_it_calls_nobody(room: Room) -> None:
    room.oracle.charged = [row(at(day), currency="<!channel>", part_number="<!here>") for day in range(1, 23)]
    for line in ("cost explain all yesterday", "cost explain all month", "cost explain forecast"):
        assert "<!channel>" in said(room.say(line))


def test_a_period_without_a_row_is_said_to_have_none(room: Room) -> None:
    room.oracle.charged = []
    assert "No row of Oracle's: *nothing* was charged" in said(room.say("cost explain all yesterday"))


def test_many_prices_are_shown_in_part(room: Room) -> None:
    room.oracle.charged = [row(at(day), unit_price=str(day), amount=str(48 * day)) for day in range(1, 21)]
    assert "5 more lines are in the sum, and only in the sheet." in said(room.say("cost explain all month"))


@pytest.mark.parametrize(
    ("key", "sum_"),
    [("total:yesterday", "864 USD"), ("total:week", "6,048 USD"), ("total:month", "19,008 USD")],
)
def test_a_total_is_that_of_a_digest_told_now(room: Room, key: str, sum_: str) -> None:
    assert f"Together *{sum_}*" in said(room.say(f"cost explain {key}"))


def test_the_percentage_of_a_total_is_that_of_two_sums(room: Room) -> None:
    room.oracle.charged = [row(day, "900" if day.month == 10 else "864") for day in DAYS]
    room.oracle.charged.append(row(at(2, 10), currency="EUR"))
    text = said(room.say("cost explain total:month"))
    assert "Final days, 2026-11-01 to 2026-11-20: 0 EUR; 2026-10-01 to 2026-10-20: 864 EUR" in text
    assert "Final days, 2026-11-01 to 2026-11-20: 17,280 USD; 2026-10-01 to 2026-10-20: 18,000 USD: 4 % less" in text
    assert "Final days" not in said(room.say("cost explain total:yesterday"))
    room.pass_time(hours=10 * 24)
    assert "Final days" in said(room.say("cost explain total:week"))


def test_a_total_of_a_digest_is_of_its_days_and_says_whether_it_told_the_same(room: Room) -> None:
    room.say("digest")
    room.pass_time(hours=48)
    text = said(room.say("cost explain total:yesterday"))
    assert "*Yesterday*, 2026-11-22 to 2026-11-22 in UTC" in text
    assert "told the same" in text
    charged = room.oracle.charged
    assert charged is not None
    charged.append(row(at(22), "1.5", quantity="1", unit_price="1.5"))
    text = said(room.say("cost explain total:yesterday"))
    assert "Together *865.5 USD* in 2 rows" in text
    assert "told 864 USD: rows have come or changed since" in text


def test_a_total_of_an_estimated_digest_is_estimated(room: Room) -> None:
    room.oracle.charged = None
    assert "Together *$1,152*" in said(room.say("cost explain total:yesterday"))


def test_there_are_three_totals(room: Room) -> None:
    with pytest.raises(NotFound, match="There is no total “total:year”: there are `total:yesterday`"):
        room.say("cost explain total:year")


def test_the_forecast_is_its_method_with_its_numbers(room: Room) -> None:
    text = said(room.say("cost explain forecast"))
    assert "*Method:* days that are final as Oracle charged them" in text
    assert "2026-11-01 to 2026-11-20 as charged: 17,280 USD, 20 rows, final" in text
    assert "*chat*, 21 Nov 00:00 to 1 Dec 00:00 UTC: 2 units × 18 USD × 240 hours = 8,640 USD" in text
    assert "what Oracle charged a unit of B108082 on 2026-11-22" in text
    assert "Together *25,920 USD*; rounded once, halves away from zero: *$25,920*" in text
    assert "(10 of them): *$25,920*, no more than a tenth apart" in text
    assert said(room.say("cost explain")) == text


def test_the_forecast_names_what_it_lacks(room: Room) -> None:
    room.oracle.fleet_seen = room.oracle.fleet_seen.model_copy(
        update={"gaps": (gap("clusters in compartment …team", "us-chicago-1"),)}
    )
    text = said(room.say("cost explain forecast"))
    assert "Not known: the units there are. us-chicago-1 could not be read" in text
    assert "So what the month will have cost is *unknown*" in text


def test_the_forecast_tells_every_basis_of_a_price(room: Room) -> None:
    room.oracle.charged = None
    room.oracle.add(cluster("rank", units=3, unit_shape="RERANK_COHERE", time_created=AGO, id=f"{CHAT}rank"))
    room.oracle.add(cluster("meta", units=1, unit_shape="LARGE_GENERIC", time_created=AGO, id=f"{CHAT}meta"))
    text = said(room.say("cost explain forecast"))
    assert "for every hour of the month the units there are now" in text
    assert "2 units × 24 USD × 720 hours = 34,560 USD; Oracle's list price on file for B108082" in text
    assert "for the cluster, whatever its 3 units" in text
    assert "1 unit × 2 AI units × " in text
    for number in range(20):
        room.oracle.add(cluster(f"more-{number}", time_created=AGO, id=f"{CHAT}{number}"))
    assert "more of such lines are in the sum" in said(room.say("cost explain forecast"))


def test_what_is_gone_and_one_day_alone_are_told_as_such(room: Room) -> None:
    charged = room.oracle.charged
    assert charged is not None
    charged.append(row(at(21), resource_id="ocid1.gone", amount="432"))
    room.clock.advance(hours=-24 * 19)
    early = said(room.say("cost explain forecast"))
    assert "2026-11-01 as charged" in early
    room.clock.advance(hours=24 * 19)
    text = said(room.say("cost explain forecast"))
    assert (
        "2026-11-21 to 2026-11-30 as charged: 432 USD, 1 row, of clusters that are gone, and may still change" in text
    )


def told(room: Room, *of: Line, scope: Scope | None = None) -> None:
    room.services.marks.told(Digest(at=START, scope=scope or Scope(), lines=of), CHANNEL)


def test_a_saving_is_units_of_a_month(room: Room) -> None:
    key = f"idle:{CHAT[-6:]}"
    text = "Nobody calls it; without it $35,712 a month less at list price"
    told(room, Line(key=key, kind=Kind.IDLE, name="chat", text=text, worth=Money(amount=Decimal(35712))))
    answer = said(room.say(f"cost explain {key}"))
    assert "*chat* · Nobody calls it" in answer
    assert "A unit for a month: 1 unit × 1 AI unit × $24 per hour × 744 hours" in answer
    assert "= 17,856 USD" in answer
    assert "× 2 = *35,712 USD* a month" in answer
    assert "It has 2 units now" in answer
    assert said(room.say("cost explain 1")) == answer


def test_a_saving_of_some_hours_is_a_part_of_a_month(room: Room) -> None:
    key = f"oversized:{CHAT[-6:]}"
    worth = Money(amount=Decimal(17856) / 3)
    told(room, Line(key=key, kind=Kind.OVERSIZED, name="chat", text="Nights need less", worth=worth))
    assert "× 0.3333, the units and hours that the line names, = *5,952 USD* a month" in said(
        room.say(f"cost explain {key}")
    )


def test_a_saving_whose_cluster_is_gone_or_has_no_price_is_no_sum(room: Room) -> None:
    told(room, Line(key="idle:zzzzzz", kind=Kind.IDLE, text="x", worth=Money(amount=Decimal(1))))
    assert "Its cluster is not there any more" in said(room.say("cost explain idle:zzzzzz"))
    odd = cluster("odd", unit_shape="NEVER_HEARD_OF", id="ocid1.generativeaidedicatedaicluster.oc1..qqqqqq")
    room.oracle.add(odd)
    told(room, Line(key="idle:qqqqqq", kind=Kind.IDLE, text="x", worth=Money(amount=Decimal(1))))
    assert "The price of NEVER_HEARD_OF is not known any more" in said(room.say("cost explain idle:qqqqqq"))


def test_what_moved_is_one_week_less_the_other(room: Room) -> None:
    room.oracle.charged = [row(at(day), amount="1728" if day > 13 else "864", quantity="96") for day in range(1, 23)]
    key = f"mover:{CHAT[-6:]}"
    told(room, Line(key=key, kind=Kind.MOVER, name="chat", text="up", worth=Money(amount=Decimal(6048))))
    text = said(room.say(f"cost explain {key}"))
    assert "*2026-11-14 to 2026-11-20*" in text
    assert "Together *12,096 USD* in 7 rows" in text
    assert "*2026-11-07 to 2026-11-13*" in text
    assert "The one less the other: *6,048 USD*" in text
    room.oracle.charged = []
    assert "Oracle tells no row of it any more" in said(room.say(f"cost explain {key}"))
    room.oracle.charged = None
    assert "cannot be read now" in said(room.say(f"cost explain {key}"))


def test_a_mover_of_many_prices_has_a_sheet(room: Room) -> None:
    room.oracle.charged = [row(at(20), unit_price=str(each), amount=str(each * 48)) for each in range(1, 18)]
    key = f"mover:{CHAT[-6:]}"
    told(room, Line(key=key, kind=Kind.MOVER, name="chat", text="up", worth=Money(amount=Decimal(1))))
    assert lines(room.say(f"cost explain {key}").blocks) == [f"cost explain {key} --file"]


def test_a_budget_of_the_teams_own_is_its_rows_against_its_limit(room: Room) -> None:
    room.rules = policy(rule()).model_copy(
        update={"budgets": (TeamBudget(name="AI", clusters=frozenset({"chat"}), monthly=Decimal(30000)),)}
    )
    told(room, Line(key="budget:ai", kind=Kind.BUDGET, name="AI", text="63.4 %"))
    text = said(room.say("cost explain budget:ai"))
    assert "Together *19,008 USD* in 22 rows" in text
    assert "19,008 USD of the limit of 30,000 USD: 63.36 %" in text
    room.oracle.charged = None
    assert "cannot be read now" in said(room.say("cost explain budget:ai"))


def test_a_budget_of_the_teams_own_names_its_clusters_and_what_is_in_it_no_more(tmp_path: Path) -> None:
    old = cluster("old", units=1)
    room = Room(tmp_path, fleet(cluster(time_created=AGO), old))
    room.rules = room.rules.model_copy(
        update={"budgets": (TeamBudget(name="AI", clusters=frozenset({"chat", "old"}), monthly=Decimal(30000)),)}
    )
    room.say("delete old because nobody calls it")
    room.say("approve 1", BOB)
    for _ in range(4):
        room.pass_time(minutes=30)
    room.oracle.remove(old.id)
    room.oracle.charged = [row(at(20)), row(at(20), "24", resource_id=old.id), row(at(20), "7", resource_id="x.gone99")]
    room.oracle.charged += [row(at(19), "1", resource_id=f"x.gone{number}") for number in range(11, 22)]
    told(room, Line(key="budget:ai", kind=Kind.BUDGET, name="AI", text="63.4 %"))
    text = said(room.say("cost explain budget:ai"))
    assert "By cluster: chat 864 USD, old (deleted) 24 USD" in text
    assert "nobody here knows their names: …gone99 7 USD, …gone11 1 USD, " in text
    assert ", and 2 more" in text


def test_a_budget_of_oracles_and_a_line_that_is_no_sum_say_so(room: Room) -> None:
    told(
        room,
        Line(key="budget:b1", kind=Kind.BUDGET, name="Tenancy", text="91 % of it"),
        Line(key="lease:12", kind=Kind.LEASE, text="ends soon"),
    )
    assert "Oracle keeps this budget" in said(room.say("cost explain budget:b1"))
    assert "There is no sum behind this line" in said(room.say("cost explain lease:12"))


def test_ones_own_line_is_ones_own(room: Room) -> None:
    own = Digest(at=START, scope=Scope(by="region", value="us-chicago-1"))
    room.services.marks.told(own, ANN)
    assert "for the clusters in us-chicago-1" in said(room.say("cost explain total:week"))
    told(room)
    assert "for all dedicated AI clusters" in said(room.say("cost explain total:week"))
    assert "for the clusters in us-chicago-1" in said(room.say("cost explain total:week --mine"))
    assert "for the clusters in us-chicago-1" in said(room.say("cost explain forecast --mine"))


@pytest.mark.parametrize(
    ("line", "error", "sentence"),
    [
        ("cost explain idle:nobody", NotFound, "No digest has been told here yet"),
        ("cost explain nobody yesterday", NotFound, "nobody.* `/dac digest lines` lists a digest's lines"),
        ("cost explain all 2027-10", Invalid, "still to come"),
    ],
)
def test_what_is_none_is_said_to_be_none(room: Room, line: str, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        room.say(line)


def test_it_is_understood_by_its_short_name() -> None:
    command, parsed = understood("explain total:month --file")
    assert (command.name, parsed.values) == ("cost explain", {"what": "total:month", "file": True})
