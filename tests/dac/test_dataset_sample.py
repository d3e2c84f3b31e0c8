from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.dataset_alike import FEWEST as GROUPS
from dac.dataset_alike import Alike
from dac.dataset_faults import Kind, Ledger
from dac.dataset_language import UNKNOWN, language_of
from dac.dataset_lines import Block, Run
from dac.dataset_pick import pick, picks
from dac.dataset_report import Report, Severity
from dac.dataset_sample import FEWEST, MOST, Sample, Sampled, Share, marker_of
from tests.dac.datasets import check, clean, lines_of, row, spelled

ROWS = 60


def report_of(prompt: str, completion: str, **odd: tuple[str, str]) -> Report:
    """Of `ROWS` rows like this with a word of their own in them, but for those at odd places, such as `at_7`."""
    others = {int(name.removeprefix("at_")): texts for name, texts in odd.items()}
    texts = [others.get(number, (prompt, completion)) for number in range(1, ROWS + 1)]
    return check(
        row(*(text.replace("@", spelled(number * 7_919 % 99_991)) for text in both))
        for number, both in enumerate(texts)
    )


def said(report: Report, kind: Kind) -> str:
    (finding,) = [each for each in report.findings if each.kind == kind]
    return finding.sentence


@pytest.mark.parametrize("group", [1, 2, 64, 1 << 12])
def test_each_group_has_one_row_that_stands_for_it_and_for_its_half(group: int) -> None:
    rows = [pick(number, group) for number in range(200)]
    assert all(number * group <= found < (number + 1) * group for number, found in enumerate(rows))
    pairs = {pick(number, 2 * group) for number in range(100)}
    assert pairs <= set(rows)


def test_rows_that_take_turns_are_both_picked() -> None:
    assert 0.4 < sum(pick(number, 64) % 2 for number in range(1_000)) / 1_000 < 0.6


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.sampled_from([1, 2, 8]))
def test_the_picks_of_two_stretches_are_those_of_both(first: int, count: int, more: int, group: int) -> None:
    both = [*picks(first, count, group), *picks(first + count, more, group)]
    assert both == list(picks(first, count + more, group))


def sampled(count: int, size: int) -> Sampled:
    sample = Sample(Ledger())
    for start in range(0, count, size):
        texts = [f"{spelled(number)}." for number in range(start, min(count, start + size))]
        sample.take(Block([Run(start + 1, 0, b"\n" * len(texts), texts, texts)]), set())
    return sample.sampled()


@pytest.mark.parametrize("count", [MOST, MOST + 1, 5 * MOST])
def test_the_sample_is_bounded_spread_evenly_and_the_same_however_rows_come(count: int) -> None:
    once = sampled(count, count)
    assert once == sampled(count, 333)
    assert once.rows <= MOST
    assert abs(once.rows - count / once.one_in) <= 1
    assert once.one_in == 1 or once.rows > MOST // 2 - 2


def test_what_prompts_have_in_common_at_their_ends_is_measured_and_the_others_are_placed() -> None:
    report = report_of(
        "Question: is @ right?\n\n###\n\n", "It is @, as we know. END", at_7=("Is it so?\n\n###\n\n", "It is, @. END")
    )
    assert report.sampled.prompt_beginning == Share(name="the same 9 characters", rows=59)
    assert report.sampled.prompt_ending == Share(name="the same 8 characters", rows=60)
    assert lines_of(report, Kind.PROMPT_BEGINNING) == [7]
    assert Kind.PROMPT_ENDING not in report.counts
    assert said(report, Kind.PROMPT_BEGINNING) == (
        "1 of 60 rows has a prompt that does not begin as most do (line 7): 59 have the same 9 characters there."
    )


def test_completions_that_end_in_a_marker_are_told_from_those_that_do_not() -> None:
    report = report_of("Is @ so?", "It is @ ###", at_3=("Is it so?", "It is @"), at_60=("Is it so?", "It is @ ##"))
    assert lines_of(report, Kind.COMPLETION_ENDING) == [3, 60]
    assert report.sampled.completion_ending == Share(name="the same 3 characters", rows=58)


def test_completions_of_which_some_begin_with_a_space_are_told() -> None:
    odd = {f"at_{number}": ("Is it @?", "It is @.") for number in range(1, 8)}
    report = report_of("Is @ so?", "\nIt is @.", **odd)
    assert report.sampled.completion_beginning == Share(name="a space or line end", rows=53)
    assert lines_of(report, Kind.COMPLETION_BEGINNING) == list(range(1, 8))
    (finding,) = [each for each in report.findings if each.kind == Kind.COMPLETION_BEGINNING]
    assert finding.severity == Severity.WARNING  # more than one in ten


ENDS = {
    "It is @.": "the end of a sentence",
    "It is @": "a letter or digit",
    "@\n": "a space or line end",
    "@ =": "another sign",
}


@pytest.mark.parametrize("most", ENDS)
def test_how_completions_end_is_told_where_it_is_not_all_the_same(most: str) -> None:
    other = next(each for each in ENDS if each != most)
    few = {f"at_{number}": ("Is it @?", other) for number in range(1, 6)}
    many = {**few, "at_60": ("Is it @?", other)}
    assert report_of("Is @ so?", most).sampled.completion_ending == Share(name=ENDS[most], rows=60)
    assert Kind.COMPLETION_ENDING not in report_of("Is @ so?", most, **few).counts
    report = report_of("Is @ so?", most, **many)
    assert lines_of(report, Kind.COMPLETION_ENDING) == [1, 2, 3, 4, 5, 60]
    assert report.sampled.completion_ending == Share(name=ENDS[most], rows=54)


def test_a_few_rows_make_no_habit() -> None:
    report = check([*list(clean(FEWEST))[: FEWEST - 2], row("## Is it?", " So it is")])
    assert report.sampled.rows == FEWEST - 1
    assert report.sampled.completion_beginning is None
    assert report.sampled.completion_ending is None
    assert set(report.counts) == set()


@pytest.mark.parametrize(
    ("edges", "marker"),
    [
        (["Q: what"] * 9 + ["Q: who"], ("Q:", 10)),
        (["What is"] * 10, ("", 0)),  # letters alone mark nothing
        (["# one"] * 4 + ["two"] * 6, ("", 0)),  # fewer than half
        (["#"] * 10, ("", 0)),  # one character
        (["\n\n### a"] * 19 + ["\n\n b"], ("\n\n###", 19)),
        (["\n\n### a"] * 5 + ["\n\n b"] * 5, ("\n\n", 10)),
        (['{"label": "no'] * 6 + ['{"label": "yes'] * 6, ('{"label": "', 12)),
        (["#" * 16] * 3, ("#" * 16, 3)),
    ],
)
def test_a_marker_is_what_most_have_in_common_up_to_its_last_sign(edges: list[str], marker: tuple[str, int]) -> None:
    assert marker_of(edges) == marker


SPOKEN = {
    "English": "What is the best way to reset the password of my account?",
    "German": "Wie kann ich das Passwort für mein Konto zurücksetzen, und was ist mit den Daten?",
    "French": "Comment est-ce que je peux changer le mot de passe de votre compte dans les paramètres?",
    "Spanish": "¿Cómo puedo cambiar la contraseña de mi cuenta para que esté más segura?",
    "Portuguese": "Como você pode mudar a senha da sua conta em um computador que não é seu?",
    "Italian": "Come posso cambiare la password del mio conto e anche quella della mia casella, grazie?",
    "Dutch": "Hoe kan ik het wachtwoord van mijn account wijzigen en wat is er met de gegevens?",
    "Polish": "Jak to jest, że nie można zmienić hasła na stronie, czy może jest inna droga?",
    "Turkish": "Bu hesap için yeni bir parola ne kadar sonra gelir ve çok daha güvenli olur mu?",
    "Swedish": "Hur kan jag byta lösenord på kontot, och vad är det som inte fungerar?",
    "Greek": "Πώς μπορώ να αλλάξω τον κωδικό;",  # noqa: RUF001 - Greek is meant
    "Cyrillic script": "Как мне изменить пароль от моей записи API?",
    "Hebrew": "איך אני משנה את הסיסמה?",
    "Arabic script": "كيف يمكنني تغيير كلمة المرور؟",
    "Devanagari script": "मैं अपना पासवर्ड कैसे बदलूँ?",
    "Thai": "ฉันจะเปลี่ยนรหัสผ่านได้อย่างไร",
    "Korean": "비밀번호를 어떻게 변경하나요?",
    "Japanese": "自分の口座の暗証番号を変更する方法は何ですか",
    "Chinese": "我怎样才能更改我的密码",
    UNKNOWN: "SELECT id FROM orders WHERE total > 7;",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_languages_are_told_by_their_letters_or_commonest_words(language: str) -> None:
    assert language_of(SPOKEN[language]) == language


@pytest.mark.parametrize("text", ["", "12 + 7 = 19", "Ok", "д x ש", "д д x ש ש", "ᚠᚢᚦ", "to do"])
def test_what_cannot_be_told_is_unknown(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_rows_in_another_language_than_most_are_placed_if_they_are_more_than_a_mistake() -> None:
    odd = {f"at_{number}": (SPOKEN["English"] + " @", SPOKEN["German"] + " @") for number in (5, 6, 7)}
    report = report_of(SPOKEN["English"] + " @", SPOKEN["English"] + " @", at_1=("@ 7", "@ 8"), **odd)
    assert report.sampled.prompt_languages == (Share(name="English", rows=59), Share(name=UNKNOWN, rows=1))
    assert report.sampled.completion_languages[:2] == (Share(name="English", rows=56), Share(name="German", rows=3))
    assert lines_of(report, Kind.COMPLETION_LANGUAGE) == [5, 6, 7]
    assert Kind.PROMPT_LANGUAGE not in report.counts
    one = report_of(SPOKEN["English"] + " @", SPOKEN["English"] + " @", at_5=odd["at_5"])
    assert Kind.COMPLETION_LANGUAGE not in one.counts


def test_prompts_in_two_languages_are_placed() -> None:
    odd = {f"at_{number}": (SPOKEN["Japanese"] + "@", "@.") for number in range(40, 61)}
    report = report_of(SPOKEN["English"] + " @", "@.", **odd)
    assert lines_of(report, Kind.PROMPT_LANGUAGE) == list(range(40, 61))


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_texts_that_share_most_of_their_words_in_order_are_alike_and_others_are_not(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing secret, and the same each time
    words = [spelled(chance.randrange(100_000)) for _ in range(120)]
    alike = Alike()
    assert not alike.add(" ".join(words))
    assert alike.add(" ".join([*words[:60], "other", *words[61:]]).upper())
    assert not alike.add(" ".join(chance.sample(words, len(words))))
    assert not alike.add(" ".join([*words[:40], *(spelled(chance.randrange(100_000)) for _ in range(80))]))


def test_short_texts_are_not_called_alike() -> None:
    alike, text = Alike(), " ".join(map(str, range(GROUPS + 1)))
    assert not alike.add(text)
    assert not alike.add(text)
    assert not alike.add(f"{text} more")
    assert alike.add(f"{text} more")


def test_a_crowd_of_alike_texts_does_not_grow_without_bound() -> None:
    alike = Alike()
    text = " ".join(map(str, range(60)))
    assert [alike.add(f"{text} {number}") for number in range(100)] == [False] + [True] * 99


def test_prompts_that_mostly_open_the_same_are_told() -> None:
    report = report_of("Tell me about @ and why", "It is @.")
    assert (report.sampled.openings, report.sampled.commonest_opening) == (1, 60)
    assert "60 of 60 prompts looked at open with the same 3 words" in report.findings[-1].sentence


def test_words_are_counted_without_regard_to_capitals() -> None:
    report = check([row("One two, TWO", "three one")])
    assert (report.sampled.words, report.sampled.different_words) == (5, 3)
