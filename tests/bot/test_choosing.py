"""The form of /dac choose asks by the team's own edition of the handbook, in Slack as well."""

from __future__ import annotations

from importlib.resources import files

from tests.bot.house import House


def test_the_boxes_are_the_teams_own_list(home: House) -> None:
    page = (files("dac") / "handbook_pages" / "dedicated.toml").read_text(encoding="utf-8")
    folder = home.folder / "handbook"
    folder.mkdir()
    (folder / "dedicated.toml").write_text(page.replace("- Regulatory compliance needs", "- Our auditors ask for it"))
    home.start(handbook_dir=folder)
    home.slack.command("rosa", "choose")
    shown = {each.get("block_id"): each for each in home.slack.form("rosa")["blocks"]}
    boxes = shown["arg:needs"]["element"]["options"]
    assert [each["text"]["text"] for each in boxes][-2:] == [
        "Multi-model deployment (up to 50 endpoints)",
        "Our auditors ask for it",
    ]
    assert home.slack.submit("rosa", model="llama-3.3")["ok"]
    told = home.slack.told("rosa", "dedicated or on demand")
    assert "Our auditors ask for it" in str(told["blocks"])
