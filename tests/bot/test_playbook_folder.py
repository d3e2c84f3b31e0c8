"""A team's own playbooks are a folder of files; what is wrong with one is said before the bot starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.playbook_folder import check_lines, read_playbooks
from dac.errors import Invalid
from dac.playbooks import shipped
from tests.dac.test_playbooks import OWN


def test_without_a_folder_it_is_the_packages_and_each_button_of_theirs_is_understood(tmp_path: Path) -> None:
    assert read_playbooks(None) == shipped()
    assert read_playbooks(tmp_path) == shipped()
    check_lines(shipped().playbooks)


def test_a_file_in_it_stands_beside_the_packages_and_thresholds_count(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "thresholds.toml").write_text("idle_hours = 48\n", encoding="utf-8")
    found = read_playbooks(tmp_path)
    assert found.find("ours").title == "Ours"
    assert found.thresholds.idle_hours == 48


def test_a_command_that_nobody_understands_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(OWN.replace("scale {cluster}", "scael {cluster}"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"^ours\.toml: in causes, item 1: command: .*Did you mean `/dac scale`\?$"):
        read_playbooks(tmp_path)


def test_a_folder_that_is_not_there_or_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"The playbooks' folder .*nowhere is not there, or is no folder\."):
        read_playbooks(tmp_path / "nowhere")
    (tmp_path / "ours.toml").write_bytes(OWN.encode("utf-16"))
    with pytest.raises(Invalid, match="cannot be read"):
        read_playbooks(tmp_path)
