"""What the watch tells a channel, how it is listed, and how somebody says to see to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from commands._alerts import message, number, replies
from commands._card import Message
from dac.alerting import Look, Rules, Seen, step
from dac.alerts import Board
from dac.errors import Conflict, DacError, Invalid, NotFound
from dac.figures import Unknown
from dac.findings import Aspect, Finding, Severity
from dac.health import survey
from tests.commands import fleets
from tests.commands.requests import WORDS
from tests.commands.room import Room, lines, shown, texts, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.fakes import ANN, BOB, CATALOG, START, FakeAlerts, FakeClock, cluster, fleet

BROKEN, ATTENTION, OK = Severity.BROKEN, Severity.ATTENTION, Severity.OK


def found(severity: Severity, sentence: str = "Oracle reports FAILED", aspect: Aspect = Aspect.LIFECYCLE) -> Finding:
    return Finding(severity=severity, aspect=aspect, about="x", sentence=sentence, evidence=("FAILED",), at=START)


def seen(*findings: Finding, name: str = "chat") -> Seen:
    return Seen(cluster_id=cluster(name).id, name=name, region="us-chicago-1", findings=findings)


def board(*looks: tuple[Seen, ...], minutes: int = 1) -> Board:
    made = Board()
    for place, clusters in enumerate(looks):
        made = step(made, Look(at=START + timedelta(minutes=place * minutes), clusters=clusters), Rules())
    return made


def told(held: Board, number: int = 1) -> Message:
    return message(held.incident(number))


def read(message: Message) -> str:
    return "\n".join(texts(message.blocks))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    clock = FakeClock()
    return Room(tmp_path, fleet(cluster("chat"), cluster("embed")), clock=clock, alerts=FakeAlerts(clock))


def watched(room: Room) -> FakeAlerts:
    assert room.alerts
    return room.alerts


class TestTheMessage:
    def test_it_says_what_is_wrong_with_which_cluster_since_when(self) -> None:
        made = told(board((seen(found(BROKEN)),)))
        assert made.text == "🔴 chat in us-chicago-1: Oracle reports FAILED"
        assert "🔴 Oracle reports FAILED · since <!date" in read(made)
        assert lines(made.blocks)[:2] == ["acknowledge 1", f"status {cluster('chat').id}"]

    @pytest.mark.parametrize(
        ("aspect", "about", "line"),
        [
            (Aspect.LIFECYCLE, cluster("chat").id, "playbook cluster-needs-attention {}"),
            (Aspect.LIFECYCLE, "an endpoint of it", "playbook endpoint-not-responding {}"),
            (Aspect.LATENCY, cluster("chat").id, "playbook high-latency {}"),
            (Aspect.ERRORS, cluster("chat").id, "playbook endpoint-not-responding {}"),
            (Aspect.WORK, cluster("chat").id, "doctor {}"),
        ],
    )
    def test_one_click_looks_into_it(self, aspect: Aspect, about: str, line: str) -> None:
        wrong = found(BROKEN, aspect=aspect).model_copy(update={"about": about})
        # What comes from metrics is told once it has been so for a while.
        drawn = told(board(*[(seen(wrong),)] * 8))
        assert line.format(cluster("chat").id) in lines(drawn.blocks)

    def test_once_it_is_over_it_says_so_and_asks_for_nothing(self) -> None:
        made = told(board((seen(found(BROKEN)),), *[(seen(found(OK)),)] * 11))
        assert made.text == "🟢 cleared: chat in us-chicago-1: well again: Oracle reports FAILED"
        assert "cleared <!date" in read(made)
        assert lines(made.blocks) == []

    def test_of_a_deleted_cluster_it_says_that(self) -> None:
        made = told(board((seen(found(BROKEN)),), ()))
        assert "chat in us-chicago-1: deleted" in read(made)
        assert "its cluster was deleted <!date" in read(made)

    def test_of_several_clusters_it_is_a_list_that_says_how_many_there_are(self) -> None:
        made = told(board(tuple(seen(found(BROKEN), name=f"chat-{each:02}") for each in range(50))))
        assert "50 clusters" in made.text
        assert "*chat-00 in us-chicago-1*: Oracle reports FAILED" in read(made)
        assert "… and 35 more" in read(made)
        assert lines(made.blocks) == ["acknowledge 1", "status"]
        assert refused(made.text, made.blocks) == []

    def test_of_a_region_it_offers_all_clusters(self) -> None:
        blind = [Look(at=START + timedelta(minutes=each), reasons={"us-chicago-1": "no"}) for each in (0, 6)]
        made = told(step(step(Board(), blind[0], Rules()), blind[1], Rules()))
        assert "Region us-chicago-1" in made.text
        assert lines(made.blocks) == ["acknowledge 1", "status"]

    def test_what_cannot_be_seen_is_said_to_be_so(self) -> None:
        made = told(board((seen(found(BROKEN)),), (seen(found(Severity.UNKNOWN)),)))
        assert "cannot be seen since <!date" in read(made)

    @pytest.mark.parametrize(("times", "said"), [(2, "2nd time"), (3, "3rd time"), (4, "4th time")])
    def test_how_often_it_has_come_is_told(self, times: int, said: str) -> None:
        bout = [(seen(found(BROKEN)),), *[(seen(found(OK)),)] * 12]
        assert f"{said} in 2 h" in read(told(board(*bout * (times - 1), bout[0])))

    def test_who_acknowledged_it_stands_there_in_their_words(self) -> None:
        held = board((seen(found(BROKEN)),)).acknowledge(1, ANN, START, "calling Oracle")
        made = told(held)
        assert f"👀 <@{ANN}> acknowledged it" in read(made)
        assert "calling Oracle" in read(made)
        assert lines(made.blocks)[:1] == [f"status {cluster('chat').id}"]

    def test_what_one_look_brings_later_is_one_reply(self) -> None:
        both = (
            found(BROKEN),
            found(ATTENTION, "Nearly full", Aspect.ENDPOINTS),
            found(BROKEN, "Work fails", Aspect.WORK),
        )
        held = board((seen(found(ATTENTION)),), (seen(*both),))
        (reply,) = replies(held.incident(1)).values()
        assert read(reply).splitlines() == [
            "Worse than before: Oracle reports FAILED",
            "Another trouble: Work fails",
            "Another trouble: Nearly full",
        ]

    def test_a_reply_of_many_clusters_names_them_and_has_an_end(self) -> None:
        names = [f"chat-{each:02}" for each in range(30)]
        first = tuple(seen(found(ATTENTION), name=each) for each in names)
        (reply,) = replies(board(first, tuple(seen(found(BROKEN), name=each) for each in names)).incident(1)).values()
        assert "*chat-00 in us-chicago-1*: Worse" in read(reply)
        assert "… and 15 more" in read(reply)
        assert refused(reply.text, reply.blocks) == []

    def test_a_sum_names_its_source(self) -> None:
        clusters = survey(fleets.mixed(), START, CATALOG)
        judged = tuple(
            Seen(each.cluster.id, each.cluster.name, each.cluster.region, each.findings) for each in clusters
        )
        held = board(judged)
        assert any("$" in read(message(each)) for each in held.incidents)
        for each in held.incidents:
            made = message(each)
            assert not unsourced(made.text, made.blocks)

    @pytest.mark.parametrize("words", WORDS)
    def test_hostile_words_are_told_as_they_are_and_call_nobody(self, words: str) -> None:
        text = WORDS[words].reason
        hostile = Seen("ocid1.x", text[:200], "us-chicago-1", (found(ATTENTION, text),))
        worse = Seen("ocid1.x", text[:200], "us-chicago-1", (found(BROKEN, text),))
        held = board((hostile,), (worse,)).acknowledge(1, ANN, START, text[:1000])
        for made in (told(held), *replies(held.incident(1)).values()):
            assert refused(made.text, made.blocks) == []
            for each in (*markup(made.blocks), made.text):
                assert live(each.replace(f"<@{ANN}>", "")) + halved(each) == []


class TestTheList:
    def test_there_may_be_none(self, room: Room) -> None:
        assert "No alert is open" in shown(room.say("alerts"))
        assert "Nothing has been looked at yet" in shown(room.say("alerts"))

    def test_the_worst_comes_first_and_each_can_be_acknowledged(self, room: Room) -> None:
        watched(room).see(seen(found(ATTENTION)), seen(found(BROKEN), found(BROKEN, aspect=Aspect.WORK), name="embed"))
        reply = room.say("alerts")
        assert reply.text == "2 open alerts"
        assert shown(reply).index("Alert 2") < shown(reply).index("Alert 1")
        assert shown(reply).count("Oracle reports FAILED") == 3
        assert {"acknowledge 1", "acknowledge 2", "alerts all"} <= set(lines(reply.blocks))
        assert not reply.public

    def test_those_that_are_over_are_shown_when_asked_for(self, room: Room) -> None:
        watched(room).see(seen(found(BROKEN)))
        room.clock.advance(minutes=1)
        watched(room).see()
        assert "Alert 1" not in shown(room.say("alerts"))
        assert "1 has ended within the last day" in shown(room.say("alerts"))
        assert "Alert 1" in shown(room.say("alerts all"))
        assert "acknowledge 1" not in lines(room.say("alerts all").blocks)

    @pytest.mark.parametrize(("count", "said"), [(1, "1 thing that may be wrong is"), (2, "2 things that may be")])
    def test_what_is_not_told_yet_is_counted(self, room: Room, count: int, said: str) -> None:
        slow = found(ATTENTION, "Slow", Aspect.LATENCY)
        watched(room).see(*(seen(slow, name=each) for each in ("chat", "embed")[:count]))
        assert said in shown(room.say("alerts"))

    def test_a_long_one_has_an_end_that_slack_takes(self, room: Room) -> None:
        for each in range(30):
            watched(room).see(*(seen(found(BROKEN), name=f"c{one}") for one in range(each + 1)))
            room.clock.advance(minutes=1)
        reply = room.say("alerts all")
        assert "… and 18 more" in shown(reply)
        assert refused(reply.text, reply.blocks) == []
        assert all(understood(each) for each in lines(reply.blocks))

    def test_one_of_many_clusters_tells_of_four_and_is_looked_into_at_none(self, room: Room) -> None:
        watched(room).see(*(seen(found(BROKEN), name=f"c{one}") for one in range(9)))
        room.say("acknowledge 1")
        listed = room.say("alerts")
        assert "… and 5 more" in shown(listed)
        assert lines(listed.blocks) == ["alerts all", "status"]

    def test_a_sum_in_it_names_its_source(self, room: Room) -> None:
        tuning = next(
            each for each in survey(fleets.mixed(), START, CATALOG) if any("$" in one.sentence for one in each.findings)
        )
        watched(room).see(
            Seen("ocid1.t", "t", "us-chicago-1", tuple(each for each in tuning.findings if "$" in each.sentence))
        )
        reply = room.say("alerts")
        assert not unsourced(reply.text, reply.blocks)

    def test_an_unknown_price_has_none_to_name(self, room: Room) -> None:
        dear = found(ATTENTION).model_copy(update={"cost": Unknown(what="price", settle="ask Oracle")})
        watched(room).see(seen(dear))
        assert "Alert 1" in shown(room.say("alerts"))


class TestAcknowledging:
    def test_anybody_may_once_and_the_list_says_who(self, room: Room) -> None:
        watched(room).see(seen(found(BROKEN)))
        assert "You see to alert 1: chat in us-chicago-1" in shown(room.say("ack #1 because I call Oracle", BOB))
        listed = room.say("alerts")
        assert f"<@{BOB}> acknowledged it" in shown(listed)
        assert "acknowledge 1" not in lines(listed.blocks)
        assert [each for each in lines(listed.blocks) if each.startswith(("playbook ", "doctor "))]
        with pytest.raises(Conflict, match="already"):
            room.say("acknowledge 1")

    @pytest.mark.parametrize("word", ["x", "²", "1" * 12])
    def test_what_is_no_number_is_said_to_be_none(self, word: str) -> None:
        with pytest.raises(Invalid, match="is not the number of an alert"):
            number(word)

    def test_of_what_is_not_there_it_says_so(self, room: Room) -> None:
        with pytest.raises(NotFound, match="no alert 7"):
            room.say("acknowledge 7")


@pytest.mark.parametrize("line", ["alerts", "acknowledge 1"])
def test_without_a_watch_that_is_what_they_say(tmp_path: Path, line: str) -> None:
    with pytest.raises(DacError, match="DAC_WATCH_CHANNEL"):
        Room(tmp_path).say(line)
