"""A team's own edition of the handbook is a folder of files; what is wrong with it is said before the bot starts."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from bot.handbook_folder import read_handbook
from dac.errors import Invalid
from dac.handbook import shipped

MODELS = (files("dac") / "handbook_pages" / "models.toml").read_text(encoding="utf-8")


def test_without_a_folder_it_is_the_packages() -> None:
    assert read_handbook(None) == shipped()


def test_an_empty_folder_leaves_it_as_it_is_and_so_does_what_is_no_handbook_file(tmp_path: Path) -> None:
    assert read_handbook(tmp_path) == shipped()
    (tmp_path / "README.md").write_text("Ours", encoding="utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "models.toml").write_text("not TOML", encoding="utf-8")
    assert read_handbook(tmp_path) == shipped()


def test_a_file_in_it_counts_in_place_of_the_packages(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(MODELS.replace("Command Light│", "Our own model│"), encoding="utf-8")
    assert read_handbook(tmp_path).selection[3].recommended == "Our own model"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"The handbook's folder .*nowhere is not there"):
        read_handbook(tmp_path / "nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Invalid, match="or is no folder"):
        read_handbook(tmp_path / "file")


def test_a_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text(MODELS.replace("gist", "jest"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"models\.toml: gist is missing"):
        read_handbook(tmp_path)


@pytest.mark.parametrize("kind", ["a folder", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, kind: str) -> None:
    if kind == "a folder":
        (tmp_path / "models.toml").mkdir()
    else:
        (tmp_path / "models.toml").write_bytes(MODELS.encode("utf-16"))
    with pytest.raises(Invalid, match="cannot be read"):
        read_handbook(tmp_path)
