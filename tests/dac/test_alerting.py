"""When the watch tells something, tells it again and tells that it is over; one look a minute unless said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.alerting import EVERYWHERE, Look, Rules, Seen, look, step
from dac.alerts import SIGHT, Alert, Board, Incident
from dac.cluster import Gap
from dac.errors import Conflict, NotFound
from dac.findings import Aspect, Finding, Severity
from dac.firing import Firing
from dac.health import survey
from dac.quiet_hours import QuietHours
from tests.fakes import CATALOG, alarm, fleet
from tests.fakes import cluster as made

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = Rules()
QUIET = Rules(quiet=QuietHours(time(12), time(13), ZoneInfo("UTC")))
CHICAGO = "us-chicago-1"
OK, UNKNOWN, ATTENTION, BROKEN = Severity.OK, Severity.UNKNOWN, Severity.ATTENTION, Severity.BROKEN


def finding(severity: Severity, aspect: Aspect = Aspect.LIFECYCLE, about: str = "", sentence: str = "") -> Finding:
    return Finding(
        severity=severity, aspect=aspect, about=about, sentence=sentence or f"{aspect} is {severity.name}", at=START
    )


def cluster(*findings: Finding, name: str = "chat") -> Seen:
    return Seen(cluster_id=f"ocid1.{name}", name=name, region=CHICAGO, findings=findings)


class Watch:
    """A board, and the minute it has been brought up to."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules, self.board = rules, Board()

    def see(self, minute: float, *clusters: Seen, unlisted: Sequence[str] = (), blind: str = "") -> Watch:
        seen = Look(
            at=START + timedelta(minutes=minute),
            clusters=clusters,
            unlisted=frozenset((CHICAGO, each) for each in unlisted),
            reasons={CHICAGO: "Oracle says no"} if "clusters" in unlisted else {},
            blind=blind,
        )
        self.board = step(self.board, seen, self.rules)
        return self

    def go(self, first: int, last: int, *clusters: Seen) -> Watch:
        for minute in range(first, last + 1):
            self.see(minute, *clusters)
        return self

    @property
    def told(self) -> dict[int, list[str]]:
        """By message what it tells, and whether that is over."""
        return {
            each.number: [f"{alert.aspect} {alert.severity.name if alert.open else 'over'}" for alert in each.alerts]
            for each in self.board.incidents
        }

    @property
    def only(self) -> Alert:
        (alert,) = self.board.alerts
        return alert

    @property
    def incident(self) -> Incident:
        (found,) = self.board.incidents
        return found


def unseen(watch: Watch) -> datetime | None:
    return watch.only.unseen_since


def acknowledged(watch: Watch) -> bool:
    return watch.incident.acknowledged


def test_what_turns_bad_is_told_at_once_and_once() -> None:
    watch = Watch().see(0, cluster(finding(OK))).go(1, 30, cluster(finding(BROKEN)))
    assert watch.told == {1: ["lifecycle BROKEN"]}
    assert watch.only.since == START + timedelta(minutes=1)
    assert watch.only.news == ()


@pytest.mark.parametrize("severity", [OK, UNKNOWN])
def test_what_is_well_or_not_known_opens_nothing(severity: Severity) -> None:
    assert Watch().go(0, 20, cluster(finding(severity))).board.alerts == ()


def test_only_what_is_as_bad_as_is_wanted_is_told() -> None:
    watch = Watch(Rules(least=BROKEN)).see(0, cluster(finding(ATTENTION), finding(BROKEN, Aspect.WORK)))
    assert watch.told == {1: ["work BROKEN"]}


def test_what_was_told_as_broken_is_over_once_it_is_well_and_not_before() -> None:
    watch = Watch(Rules(least=BROKEN)).see(0, cluster(finding(BROKEN))).go(1, 30, cluster(finding(ATTENTION)))
    assert watch.told == {1: ["lifecycle ATTENTION"]}
    assert watch.go(31, 41, cluster(finding(OK))).told == {1: ["lifecycle over"]}


@pytest.mark.parametrize("aspect", [Aspect.LATENCY, Aspect.ERRORS])
def test_what_is_measured_is_told_once_it_has_been_bad_for_some_minutes(aspect: Aspect) -> None:
    bad = cluster(finding(BROKEN, aspect))
    watch = Watch().go(0, 4, bad)
    assert watch.told == {}
    assert watch.see(5, bad).told == {1: [f"{aspect} BROKEN"]}


def test_a_spike_is_not_told_and_begins_anew() -> None:
    bad, well = cluster(finding(BROKEN, Aspect.LATENCY)), cluster(finding(OK, Aspect.LATENCY))
    watch = Watch().go(0, 4, bad).see(5, well).go(6, 10, bad)
    assert watch.told == {}
    assert watch.see(11, bad).told == {1: ["latency BROKEN"]}


def test_between_two_bad_looks_it_may_be_unknown() -> None:
    bad = cluster(finding(ATTENTION, Aspect.LATENCY))
    watch = Watch().see(0, bad).see(2, cluster(finding(UNKNOWN, Aspect.LATENCY))).see(6, bad)
    assert watch.told == {1: ["latency ATTENTION"]}
    assert watch.only.unseen_since is None


class TestClearing:
    def test_it_is_over_once_it_has_been_well_for_ten_minutes(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).go(1, 10, cluster(finding(OK)))
        assert watch.told == {1: ["lifecycle BROKEN"]}
        watch.see(11, cluster(finding(OK)))
        assert watch.told == {1: ["lifecycle over"]}
        assert watch.incident.severity is OK
        assert watch.incident.open == ()

    def test_it_is_well_all_that_time(self) -> None:
        well = cluster(finding(OK))
        watch = (
            Watch().see(0, cluster(finding(BROKEN))).go(1, 9, well).see(10, cluster(finding(BROKEN))).go(11, 20, well)
        )
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert watch.see(21, well).told == {1: ["lifecycle over"]}
        assert watch.only.times == 1

    def test_what_is_not_known_neither_is_over_nor_counts_as_well(self) -> None:
        well, unknown = cluster(finding(OK)), cluster(finding(UNKNOWN))
        watch = Watch().see(0, cluster(finding(BROKEN))).go(1, 9, well).go(10, 100, unknown)
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert unseen(watch) == START + timedelta(minutes=10)
        watch.go(101, 110, well)
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert unseen(watch) is None
        assert watch.see(111, well).told == {1: ["lifecycle over"]}

    def test_a_cluster_that_is_gone_takes_its_alerts_with_it(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).see(1)
        assert watch.told == {1: ["lifecycle over"]}
        assert watch.only.deleted

    def test_a_cluster_that_was_not_listed_is_not_gone(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).see(1, unlisted=["clusters"])
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert watch.incident.alerts[0].unseen_since

    def test_what_is_not_found_any_more_is_well(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN, about="endpoint"))).go(1, 11, cluster(finding(OK)))
        assert watch.told == {1: ["lifecycle over"]}
        assert not watch.only.deleted

    @pytest.mark.parametrize("unlisted", ["endpoints", "models"])
    def test_unless_it_was_not_looked_for_everywhere(self, unlisted: str) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN, about="endpoint")))
        for minute in range(1, 60):
            watch.see(minute, cluster(finding(OK)), unlisted=[unlisted])
        assert watch.told == {1: ["lifecycle BROKEN"]}

    def test_or_its_aspect_is_not_known(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN, about="endpoint"))).go(1, 60, cluster(finding(UNKNOWN)))
        assert watch.told == {1: ["lifecycle BROKEN"]}

    def test_what_was_never_told_ends_without_a_word(self) -> None:
        watch = Watch(QUIET).see(0, cluster(finding(ATTENTION))).see(1, cluster(finding(OK)))
        assert watch.board.alerts == ()

    def test_it_is_forgotten_after_a_day_as_a_whole(self) -> None:
        both = (finding(BROKEN), finding(BROKEN, Aspect.WORK))
        watch = Watch().see(0, cluster(*both)).go(1, 11, cluster(finding(OK), both[1])).go(12, 150, cluster(both[1]))
        assert watch.told == {1: ["work BROKEN", "lifecycle over"]}
        watch.go(151, 161, cluster())
        for minutes, remembered in ((24 * 60 + 150, 2), (24 * 60 + 170, 0)):
            assert len(watch.see(minutes, cluster()).board.alerts) == remembered
        with pytest.raises(NotFound, match="long since"):
            watch.board.incident(1)


class TestAgain:
    bad, well = cluster(finding(ATTENTION)), cluster(finding(OK))

    def bouts(self, count: int, every: int, rules: Rules = RULES) -> Watch:
        watch = Watch(rules)
        for bout in range(count):
            watch.see(bout * every, self.bad).go(bout * every + 1, bout * every + 12, self.well)
        return watch.see(count * every, self.bad)

    def test_within_an_hour_it_is_the_same_message_and_no_news(self) -> None:
        watch = self.bouts(2, 40)
        assert watch.told == {1: ["lifecycle ATTENTION"]}
        assert watch.only.times == 3
        assert watch.only.news == ()

    def test_after_that_it_is_another_one_that_knows_of_the_first(self) -> None:
        watch = self.bouts(1, 80)
        assert watch.told == {2: ["lifecycle ATTENTION"], 1: ["lifecycle over"]}
        assert watch.board.incident(2).alerts[0].times == 2
        watch.go(81, 92, self.well)
        assert watch.told == {2: ["lifecycle over"], 1: ["lifecycle over"]}

    def test_worse_than_it_ever_was_is_news(self) -> None:
        watch = self.bouts(1, 40).go(41, 52, self.well).see(53, cluster(finding(BROKEN)))
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert [each.words for each in watch.only.news] == ["Worse than before: lifecycle is BROKEN"]

    def test_it_comes_back_in_quiet_hours_too_for_it_disturbs_nobody(self) -> None:
        watch = Watch(Rules(quiet=QuietHours(time(12, 5), time(18), ZoneInfo("UTC"))))
        watch.see(0, self.bad).go(1, 12, self.well).see(30, self.bad)
        assert watch.told == {1: ["lifecycle ATTENTION"]}

    def test_what_is_measured_must_be_bad_for_some_minutes_again(self) -> None:
        bad, well = cluster(finding(BROKEN, Aspect.ERRORS)), cluster(finding(OK, Aspect.ERRORS))
        watch = Watch().go(0, 5, bad).go(6, 16, well).see(20, bad).see(21, well).go(22, 26, bad)
        assert watch.told == {1: ["errors over"]}
        assert watch.see(27, bad).told == {1: ["errors BROKEN"]}

    def test_a_spike_that_lasts_beyond_the_hour_is_told_once(self) -> None:
        bad, well = cluster(finding(BROKEN, Aspect.ERRORS)), cluster(finding(OK, Aspect.ERRORS))
        watch = Watch().go(0, 5, bad).go(6, 16, well).see(74, bad).go(77, 90, bad)
        assert watch.told == {2: ["errors BROKEN"], 1: ["errors over"]}

    def test_flapping_at_every_look_posts_nothing_more(self) -> None:
        watch = Watch()
        for minute in range(0, 240, 2):
            watch.see(minute, self.bad).see(minute + 1, self.well)
        assert watch.board.last == 1
        assert watch.only.news == ()


class TestSeverity:
    def test_worse_is_news_once_and_better_is_none(self) -> None:
        watch = Watch().see(0, cluster(finding(ATTENTION)))
        watch.board = watch.board.acknowledge(1, "UADA", START)
        for minute, severity in enumerate((BROKEN, BROKEN, ATTENTION, BROKEN), 1):
            watch.see(minute, cluster(finding(severity)))
        assert [each.at for each in watch.only.news] == [START + timedelta(minutes=1)]
        assert watch.only.severity is BROKEN
        assert watch.only.acknowledged is None

    def test_the_message_says_what_it_is_now(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).see(1, cluster(finding(ATTENTION)))
        assert watch.only.sentence == "lifecycle is ATTENTION"

    def test_figures_that_move_are_told_every_quarter_of_an_hour(self) -> None:
        watch = Watch()
        for minute in range(20):
            watch.see(minute, cluster(finding(BROKEN, sentence=f"at {minute}")))
            assert watch.only.sentence == f"at {minute // 15 * 15}"


class TestQuietHours:
    def test_attention_waits_until_they_end(self) -> None:
        watch = Watch(QUIET).go(0, 59, cluster(finding(ATTENTION)))
        assert watch.told == {}
        assert watch.see(60, cluster(finding(ATTENTION))).told == {1: ["lifecycle ATTENTION"]}

    def test_what_is_broken_is_told_and_what_grows_so_as_well(self) -> None:
        watch = Watch(QUIET).see(0, cluster(finding(BROKEN)))
        assert watch.told == {1: ["lifecycle BROKEN"]}
        watch = Watch(QUIET).see(0, cluster(finding(ATTENTION))).see(1, cluster(finding(BROKEN)))
        assert watch.told == {1: ["lifecycle BROKEN"]}
        assert watch.only.news == ()

    def test_attention_beside_what_is_broken_waits_too(self) -> None:
        both = cluster(finding(BROKEN), finding(ATTENTION, Aspect.RETIREMENT))
        watch = Watch(QUIET).go(0, 59, both)
        assert watch.told == {1: ["lifecycle BROKEN"]}
        watch.see(60, both)
        assert watch.told == {1: ["lifecycle BROKEN", "retirement ATTENTION"]}


class TestTogether:
    def test_what_one_look_finds_of_a_cluster_is_one_message(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN), finding(ATTENTION, Aspect.WORK)))
        assert watch.told == {1: ["lifecycle BROKEN", "work ATTENTION"]}

    def test_what_is_found_later_is_told_below_it(self) -> None:
        watch = (
            Watch().see(0, cluster(finding(BROKEN))).see(1, cluster(finding(BROKEN), finding(ATTENTION, Aspect.WORK)))
        )
        (second,) = [each for each in watch.board.alerts if each.aspect == Aspect.WORK]
        assert watch.told == {1: ["lifecycle BROKEN", "work ATTENTION"]}
        assert [each.words for each in second.news] == ["Another trouble: work is ATTENTION"]

    def test_also_below_one_that_has_cleared_within_the_hour_or_comes_back(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).go(1, 11, cluster(finding(OK)))
        watch.see(12, cluster(finding(BROKEN), finding(BROKEN, Aspect.WORK)))
        assert watch.told == {1: ["lifecycle BROKEN", "work BROKEN"]}

    def test_a_few_clusters_have_a_message_each(self) -> None:
        clusters = [cluster(finding(BROKEN), name=f"c{each}") for each in range(RULES.few)]
        assert len(Watch().see(0, *clusters).told) == RULES.few

    def test_many_at_once_are_one_message(self) -> None:
        clusters = [cluster(finding(BROKEN), name=f"c{each}") for each in range(50)]
        watch = Watch().see(0, *clusters)
        assert watch.board.last == 1
        assert len(watch.incident.places) == 50
        assert watch.see(1, *clusters, cluster(finding(BROKEN), name="new")).board.last == 2


class TestWithoutSight:
    def test_a_region_is_one_alert_and_only_if_it_lasts(self) -> None:
        bad = [cluster(finding(BROKEN), name=f"c{each}") for each in range(4)]
        watch = Watch().see(0, *bad)
        for minute in range(1, 7):
            watch.see(minute, unlisted=["clusters"])
        assert watch.board.last == 5
        (alert,) = watch.board.incident(5).alerts
        assert (alert.aspect, alert.about, alert.severity) == (SIGHT, CHICAGO, ATTENTION)
        assert alert.evidence == ("Oracle says no",)
        watch.go(7, 17, *bad)
        assert watch.told[5] == ["sight over"]
        assert watch.told[1] == ["lifecycle BROKEN"]

    def test_nothing_at_all_is_one_alert_for_everything(self) -> None:
        watch = Watch().see(0, unlisted=["clusters"]).see(5, unlisted=["clusters"])
        for minute in range(6, 12):
            watch.see(minute, blind="401 from Oracle")
        assert [each.alerts[0].region for each in watch.board.incidents] == [EVERYWHERE, CHICAGO]
        assert watch.board.incident(1).open[0].unseen_since
        watch.go(12, 22)
        assert watch.told == {2: ["sight over"], 1: ["sight over"]}

    def test_a_look_at_a_fleet_knows_what_could_not_be_listed(self) -> None:
        gaps = (
            Gap(region=CHICAGO, what="clusters in compartment x", because="no"),
            Gap(region="eu-frankfurt-1", what="traffic in compartment x", because="never"),
            Gap(region="eu-frankfurt-1", what="alarms in compartment x", because="never"),
        )
        assert not look(fleet().model_copy(update={"gaps": gaps[:2]}), []).alarms_unread
        seen = look(fleet().model_copy(update={"gaps": gaps}), [])
        assert seen.alarms_unread
        assert seen.reasons == {CHICAGO: "no"}
        assert seen.hides("eu-frankfurt-1", "traffic")
        assert not seen.hides("eu-frankfurt-1", "clusters")


class TestOraclesOwnAlarms:
    def test_what_is_found_of_them_is_no_trouble_of_its_own(self) -> None:
        chat = made("chat")
        over = alarm(f'Latency[1m]{{resourceId = "{chat.id}"}}.p95() > 5')
        whole = fleet(chat).model_copy(update={"alarms": (over,)})
        found = survey(whole, START, CATALOG)
        assert any(each.aspect is Aspect.ALARM and each.bad for each in found[0].findings)
        seen = look(whole, found)
        assert [each.name for each in seen.firing] == ["Slow"]
        assert Aspect.ALARM not in {each.aspect for each in seen.clusters[0].findings}

    def see(self, *clusters: Seen, unread: bool = False) -> Board:
        fires = Firing(cluster_id="ocid1.chat", name="Slow", severity="CRITICAL", since=START)
        return step(Board(), Look(at=START, clusters=clusters, firing=(fires,), alarms_unread=unread), RULES)

    def test_they_stand_beside_what_is_told_of_their_cluster(self) -> None:
        board = self.see(cluster(finding(BROKEN)), cluster(finding(BROKEN), name="embed"))
        assert [[each.name for each in found.firing] for found in board.incidents] == [[], ["Slow"]]

    def test_by_themselves_they_open_nothing(self) -> None:
        assert self.see(cluster(finding(OK))).firing == ()

    def test_that_they_could_not_be_read_is_remembered(self) -> None:
        assert self.see(cluster(finding(BROKEN)), unread=True).incident(1).alarms_unread


class TestAcknowledging:
    def test_it_stands_on_whatever_is_bad(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN)))
        assert not acknowledged(watch)
        watch.board = watch.board.acknowledge(1, "UADA", START, "on it")
        assert acknowledged(watch)
        with pytest.raises(Conflict, match="already"):
            watch.board.acknowledge(1, "UBEN", START)
        watch.see(1, cluster(finding(BROKEN), finding(BROKEN, Aspect.WORK)))
        assert not acknowledged(watch)
        watch.board = watch.board.acknowledge(1, "UBEN", START)
        assert {each.acknowledged.by for each in watch.board.alerts if each.acknowledged} == {"UADA", "UBEN"}

    def test_it_changes_nothing_else(self) -> None:
        clusters = [cluster(finding(BROKEN), name=each) for each in ("a", "b")]
        watch = Watch().see(0, *clusters)
        watch.board = watch.board.acknowledge(2, "UADA", START)
        assert not watch.board.incident(1).acknowledged
        assert watch.board.incident(2).mark == Watch().see(0, *clusters).board.incident(2).mark

    def test_what_is_over_or_was_never_there_is_refused(self) -> None:
        watch = Watch().see(0, cluster(finding(BROKEN))).see(1)
        with pytest.raises(Conflict, match="cleared"):
            watch.board.acknowledge(1, "UADA", START)
        with pytest.raises(NotFound, match="no alert 2"):
            watch.board.acknowledge(2, "UADA", START)


def test_a_look_older_than_the_newest_changes_nothing() -> None:
    watch = Watch().see(5, cluster(finding(BROKEN)))
    assert watch.see(4, cluster(finding(OK))).told == {1: ["lifecycle BROKEN"]}
    assert watch.board.looked_at == START + timedelta(minutes=5)


def test_what_waits_to_be_told_says_since_when() -> None:
    watch = Watch(QUIET).see(3, cluster(finding(ATTENTION)))
    assert watch.only.since == START + timedelta(minutes=3)
    assert not watch.only.open


SEVERITIES = st.sampled_from(list(Severity))
LOOKS = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.dictionaries(
            st.sampled_from(["a", "b", "c", "d", "e", "f", "g"]),
            st.dictionaries(st.sampled_from([Aspect.LIFECYCLE, Aspect.LATENCY, Aspect.WORK]), SEVERITIES, max_size=3),
        ),
        st.sets(st.sampled_from(["clusters", "endpoints"])),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(LOOKS)
def test_whatever_happens_nothing_is_told_twice_or_forgotten(
    looks: Sequence[tuple[int, dict[str, dict[Aspect, Severity]], set[str]]],
) -> None:
    watch, minute = Watch(), 0
    for passed, clusters, unlisted in looks:
        minute += passed
        before = watch.board
        seen = [
            cluster(*(finding(severity, aspect) for aspect, severity in found.items()), name=name)
            for name, found in clusters.items()
        ]
        watch.see(minute, *seen, unlisted=sorted(unlisted))
        after = watch.board
        assert after.last - before.last <= RULES.few
        keys = [each.key for each in after.alerts if each.open or each.number is None]
        assert len(keys) == len(set(keys)), "each trouble is in one message at a time"
        open_now = {each.key: each for each in after.alerts if each.open}
        for each in seen:
            for found in each.findings:
                key = (each.cluster_id, found.aspect, found.about)
                if found.severity is BROKEN and found.aspect is not Aspect.LATENCY:
                    assert key in open_now, "what is broken is told at once"
        for alert in before.alerts:
            closed = next(
                (each for each in after.alerts if each.key == alert.key and each.number == alert.number), None
            )
            if alert.open and closed and closed.cleared_at and not closed.deleted:
                assert closed.good_since
                assert closed.cleared_at - closed.good_since >= RULES.settle
        assert Board.model_validate_json(after.model_dump_json()) == after
