"""The shipped playbooks are whole and found by people's words; a team's own that is wrong says where."""

from __future__ import annotations

from importlib.resources import files

import pytest

from dac.errors import Invalid, NotFound
from dac.handbook import shipped as handbook
from dac.playbooks import Playbooks, load, shipped

BOOKS = shipped()
NAMES = [each.name for each in BOOKS.playbooks]
OWN = """title = "Ours"
about = "hosting"
gist = "Something of ours"
words = ["ours"]

[[causes]]
text = "A cause"
checks = ["undersized"]

[[causes.remedies]]
text = "Do this"
label = "Scale"
command = "scale {cluster} {units}"
"""


def own(*changes: tuple[str, str], file: str = "ours.toml") -> Playbooks:
    text = OWN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load({file: text})


def refusal(*changes: tuple[str, str], file: str = "ours.toml") -> str:
    with pytest.raises(Invalid) as told:
        own(*changes, file=file)
    return str(told.value)


def test_the_ten_that_an_operator_meets_are_there_in_their_order() -> None:
    assert NAMES == [
        "high-latency",
        "fine-tuning-fails",
        "endpoint-not-responding",
        "cluster-needs-attention",
        "limit-refused",
        "not-authorized",
        "throttling",
        "cost-surprise",
        "model-retiring",
        "cold-region",
    ]


@pytest.mark.parametrize("issue", handbook().issues, ids=lambda issue: issue.name)
def test_the_handbooks_issues_are_there_with_all_causes_first_and_every_solution(issue: object) -> None:
    name = str(getattr(issue, "name", ""))
    playbook = next(each for each in BOOKS.playbooks if each.title.casefold() == name.casefold())
    causes, solutions = getattr(issue, "causes", ()), getattr(issue, "solutions", ())
    assert [each.text for each in playbook.causes[: len(causes)]] == list(causes)
    for cause, solution in zip(playbook.causes, solutions, strict=False):
        assert cause.remedies[0].text.startswith(solution)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_found_by_every_word_of_its_own(name: str) -> None:
    playbook = BOOKS.find(name)
    for word in (playbook.title, *playbook.words):
        assert BOOKS.find(word) == playbook


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("endpoint not responding", "endpoint-not-responding"),
        ("DAC slow", "high-latency"),
        ("cluster keeps timing out", "high-latency"),
        ("the endpoint is not respondng any more!", "endpoint-not-responding"),
        ("why is chat so slow today?", "high-latency"),
        ("fine-tuning failed again", "fine-tuning-fails"),
        ("we get 429 all the time", "throttling"),
        ("throttl", "throttling"),
        ("our bill is huge", "cost-surprise"),
    ],
)
def test_people_may_say_it_in_their_own_words(said: str, meant: str) -> None:
    assert BOOKS.find(said).name == meant


def test_words_that_mean_none_are_answered_with_the_nearest_or_the_list() -> None:
    with pytest.raises(NotFound, match="Did you mean high-latency"):
        BOOKS.find("latensee")
    with pytest.raises(NotFound, match="`/dac playbook` lists them"):
        BOOKS.find("🚀")
    with pytest.raises(NotFound):
        BOOKS.find("405")
    assert BOOKS.heard("good morning") is None
    assert BOOKS.heard("it is slow", least=2) is None


def test_a_teams_own_stands_beside_the_others_or_in_place_of_one() -> None:
    assert own().find("ours").causes[0].checks == ("undersized",)
    assert len(own().playbooks) == len(NAMES) + 1
    replaced = own(file="high-latency.toml")
    assert len(replaced.playbooks) == len(NAMES)
    assert replaced.find("high-latency").title == "Ours"


def test_a_teams_thresholds_count_and_are_checked() -> None:
    assert load({"thresholds.toml": "slow_seconds = 8\n"}).thresholds.slow_seconds == 8
    with pytest.raises(Invalid, match=r"^thresholds\.toml: sloth is not known here\.$"):
        load({"thresholds.toml": "sloth = 8\n"})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ('"undersized"', '"undersize"'),
            "ours.toml: in causes, item 1: checks names “undersize”, which is no check; ",
        ),
        (('"undersized"', '"🚀"'), "names “🚀”, which is no check."),
        (("{units}", "{size}"), "command holds {size}, which is none of cluster, endpoint, units, region."),
        (("{units}", "{units"), "is no command line: expected '}' before end of string."),
        (("scale {cluster}", "/dac scale"), "must begin with a command"),
        (('words = ["ours"]', 'words = ["slow"]'), "ours.toml: in words: “slow” already means high-latency."),
        (
            ('text = "Do this"', 'text = "Do this"\nlink = "http://x"'),
            "link must be an address that begins with https://.",
        ),
        (('about = "hosting"', 'about = "models"'), "ours.toml: about "),
        (('gist = "Something of ours"\n', ""), "ours.toml: gist is missing."),
        (('title = "Ours"', 'title = "Ours"\ncolour = "red"'), "ours.toml: colour is not known here."),
        (('title = "Ours"', 'title = "Ours"\nname = "x"'), "ours.toml: name is the file's: leave it out."),
        (('title = "Ours"', "title = "), "ours.toml is not TOML"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(change: tuple[str, str], sentence: str) -> None:
    assert sentence in refusal(change)


def test_a_file_is_named_as_people_type_it() -> None:
    assert refusal(file="Our own.toml").startswith("Our own.toml: name ")


def test_only_toml_is_shipped() -> None:
    assert {each.name.rpartition(".")[2] for each in (files("dac") / "playbook_files").iterdir()} == {"toml"}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("high-latency", {"HOSTING"}),
        ("fine-tuning-fails", {"FINE_TUNING"}),
        ("limit-refused", {"HOSTING", "FINE_TUNING"}),
        ("cost-surprise", {"HOSTING", "FINE_TUNING"}),
    ],
)
def test_a_playbook_is_about_clusters_of_its_type(name: str, kinds: set[str]) -> None:
    assert {kind for kind in ("HOSTING", "FINE_TUNING") if BOOKS.find(name).fits(kind)} == kinds
