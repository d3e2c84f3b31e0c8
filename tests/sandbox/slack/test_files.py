from __future__ import annotations

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import BOT_TOKEN, PATIENCE, SCOPES, App, World, dropped, modal, refused, section

OPS = "C01OPS"
MINE = {"Authorization": f"Bearer {BOT_TOKEN}"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def upload(world: World, content: bytes = PNG, **more: Any) -> Any:
    return world.client.files_upload_v2(filename="costs.png", content=content, title="Costs", **more)["file"]


def promise(world: World, length: int = len(PNG), **more: Any) -> tuple[str, str]:
    answer = world.client.files_getUploadURLExternal(filename="costs.png", length=length, **more)
    return str(answer["file_id"]), str(answer["upload_url"])


def complete(world: World, id_: str, **more: Any) -> Any:
    return world.client.files_completeUploadExternal(files=[{"id": id_, "title": "Costs"}], **more)


def test_a_picture_is_uploaded_and_shared_in_one_go(slack: World) -> None:
    file = upload(slack, channel=OPS, initial_comment="This month", alt_txt="A bar per day")
    (message,) = slack.messages()
    assert (message["text"], message["files"][0]["id"], message["user"]) == ("This month", file["id"], "U0DACBOT")
    assert (file["title"], file["mimetype"], file["size"]) == ("Costs", "image/png", len(PNG))
    shared = slack.client.files_info(file=file["id"])["file"]
    assert (shared["alt_txt"], shared["channels"], shared["is_public"]) == ("A bar per day", [OPS], True)


def test_the_bytes_come_back_to_the_app_and_to_the_page(slack: World) -> None:
    file = upload(slack)
    _, headers, content = slack.send(file["url_private"], headers={"Authorization": f"Bearer {BOT_TOKEN}"})
    assert (headers["Content-Type"], content) == ("image/png", PNG)
    assert slack.send(f"/_page/file/{file['id']}")[2] == PNG
    assert slack.send("/_page/file/F0OTHER")[0] == 404


def test_who_shows_no_token_is_sent_to_sign_in(slack: World) -> None:
    status, headers, page = slack.send(upload(slack)["url_private"])
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"Sign in" in page


def test_reading_a_file_needs_its_scope(start: Start) -> None:
    world = start(scopes=[scope for scope in SCOPES if scope != "files:read"])
    url = upload(world)["url_private"]
    assert b"Sign in" in world.send(url, headers={"Authorization": f"Bearer {BOT_TOKEN}"})[2]


@pytest.mark.parametrize(
    ("asked", "status", "content", "which"),
    [
        ("bytes=100-", 206, PNG[100:], f"bytes 100-{len(PNG) - 1}/{len(PNG)}"),
        ("bytes=0-7", 206, PNG[:8], f"bytes 0-7/{len(PNG)}"),
        (f"bytes={len(PNG)}-", 416, b"", f"bytes */{len(PNG)}"),
    ],
)
def test_a_part_of_a_file_may_be_asked_for(slack: World, asked: str, status: int, content: bytes, which: str) -> None:
    answer = slack.send(upload(slack)["url_private"], headers=MINE | {"Range": asked})
    assert (answer[0], answer[1]["Content-Range"]) == (status, which)
    assert answer[2] == content or status == 416


@pytest.mark.parametrize("kind", ["ratelimited", "http_500", "outage"])
def test_a_download_meets_the_troubles_that_were_ordered(slack: World, kind: str) -> None:
    url = upload(slack)["url_private"]
    slack.do("faults", kind=kind, method="download")
    assert slack.send(url, headers=MINE)[0] in {429, 500, 503}
    slack.json("/_control/faults", verb="DELETE")
    assert slack.send(url, headers=MINE)[0] == 200


def test_a_download_cut_short_has_come_half(slack: World) -> None:
    url = upload(slack)["url_private"]
    for asked, whole in ({}, PNG), ({"Range": "bytes=64-"}, PNG[64:]):
        slack.do("faults", kind="drop_after", method="download")
        with pytest.raises(http.client.IncompleteRead) as cut:
            slack.send(url, headers=MINE | asked)
        assert cut.value.partial == whole[: len(whole) // 2]
    slack.do("faults", kind="drop", method="download")
    with dropped():
        slack.send(url, headers=MINE)


class TestWhatPeopleBring:
    DATA = b'{"prompt": "a", "completion": "b"}\n'

    def bring(self, slack: World, user: str = "rosa", name: str = "train set.jsonl", data: bytes = DATA) -> Any:
        _, _, answer = slack.send(f"/_control/upload?user={user}&name={quote(name)}", data)
        return json.loads(answer)

    def say(self, slack: World, channel: str, text: str, **more: Any) -> Any:
        return slack.do("message", channel=channel, user="rosa", text=text, **more)

    def test_a_message_carries_it_and_the_app_hears_of_it(self, slack: World, app: App) -> None:
        file = self.bring(slack)["file"]
        assert (file["name"], file["size"], file["user"]) == ("train set.jsonl", len(self.DATA), "U01ROSA")
        self.say(slack, OPS, "@dac look", files=[file["id"]])
        said = app.event("message")
        assert (said["subtype"], said["user"], said["upload"]) == ("file_share", "U01ROSA", False)
        assert [each["id"] for each in said["files"]] == [file["id"]]
        mention = app.event("app_mention")
        assert "subtype" not in mention
        assert mention["files"] == said["files"]
        assert app.event("file_shared")["user_id"] == "U01ROSA"
        (shown,) = slack.messages()
        assert "subtype" not in shown
        assert slack.send(file["url_private_download"], headers=MINE)[2] == self.DATA

    def test_nothing_needs_to_be_said_with_it(self, slack: World, app: App) -> None:
        self.say(slack, "app", "", files=[self.bring(slack)["file"]["id"]])
        said = app.event("message")
        assert (said["subtype"], said["channel_type"], said["text"]) == ("file_share", "im", "")

    def test_it_may_go_into_a_thread(self, slack: World) -> None:
        parent = slack.post("parent")
        self.say(slack, OPS, "", thread_ts=parent, files=[self.bring(slack)["file"]["id"]])
        assert slack.messages()[-1]["thread_ts"] == parent

    def test_the_app_sees_what_is_said_where_it_is(self, slack: World) -> None:
        file = self.bring(slack)["file"]
        with refused("file_not_found"):
            slack.client.files_info(file=file["id"])
        self.say(slack, "finops", "", files=[file["id"]])
        slack.do("membership", channel="finops", user="rosa", joined=True)
        self.say(slack, "finops", "", files=[file["id"]])
        with refused("file_not_found"):
            slack.client.files_info(file=file["id"])
        assert b"Sign in" in slack.send(file["url_private"], headers=MINE)[2]
        self.say(slack, OPS, "", files=[file["id"]])
        assert slack.client.files_info(file=file["id"])["file"]["user"] == "U01ROSA"

    @pytest.mark.parametrize("user", ["ada", "nobody"])
    def test_nobody_sends_what_another_has_brought(self, slack: World, user: str) -> None:
        file = self.bring(slack)["file"]
        answer = slack.do("message", channel=OPS, user=user, text="", files=[file["id"]])
        assert answer["error"] in {"file_not_found", "user_not_found"}

    def test_what_is_empty_or_larger_than_a_gigabyte_is_refused_with_a_sentence(self, slack: World) -> None:
        assert "is empty" in self.bring(slack, data=b"")["message"]
        connection = http.client.HTTPConnection(slack.url.removeprefix("http://"), timeout=PATIENCE)
        with closing(connection):
            connection.putrequest("POST", "/_page/upload?user=rosa&name=big.jsonl")
            connection.putheader("Content-Length", str(2**30 + 1))
            connection.endheaders()
            answer = json.load(connection.getresponse())
        assert answer["message"] == "“big.jsonl” is larger than 1 GB; Slack takes nothing larger."

    def test_an_image_block_shows_only_pictures(self, slack: World) -> None:
        file = self.bring(slack)["file"]
        self.say(slack, OPS, "", files=[file["id"]])
        with refused("invalid_blocks"):
            slack.post(blocks=[{"type": "image", "alt_text": "a", "slack_file": {"id": file["id"]}}])

    @pytest.fixture
    def form(self, slack: World, app: App) -> App:
        element = {"type": "file_input", "action_id": "data", "filetypes": ["jsonl", "txt"], "max_files": 1}
        asked = {"type": "input", "block_id": "set", "label": {"type": "plain_text", "text": "Set"}, "element": element}
        slack.client.views_open(trigger_id=slack.trigger(app), view=modal(asked))
        return app

    def test_a_form_carries_it(self, slack: World, form: App) -> None:
        file = self.bring(slack)["file"]
        assert slack.do("view/submit", user="rosa", values={"set": [file["id"]]})["ok"]
        state = form.next("view_submission")["view"]["state"]["values"]["set"]["data"]
        assert (state["type"], state["files"][0]["id"]) == ("file_input", file["id"])
        assert slack.send(file["url_private_download"], headers=MINE)[2] == self.DATA

    @pytest.mark.parametrize(
        ("names", "why"),
        [
            (["a.jsonl", "b.jsonl"], "at most 1"),
            (["a.csv"], "none of these types: jsonl, txt"),
            ([], "complete this required"),
        ],
    )
    def test_a_form_takes_only_what_it_asks_for(self, slack: World, form: App, names: list[str], why: str) -> None:
        files = [self.bring(slack, name=name)["file"]["id"] for name in names]
        answer = slack.do("view/submit", user="rosa", values={"set": files})
        assert why in answer["errors"]["set"]

    def test_a_form_takes_ten_megabytes(self, slack: World, form: App) -> None:
        for size, ok in (10 * 2**20 + 1, False), (10 * 2**20, True):
            file = self.bring(slack, data=b" " * size)["file"]
            assert slack.do("view/submit", user="rosa", values={"set": [file["id"]]})["ok"] is ok


def test_a_file_can_go_into_a_thread(slack: World) -> None:
    parent = slack.post("parent")
    upload(slack, channel=OPS, thread_ts=parent)
    assert slack.messages()[-1]["thread_ts"] == parent


def test_a_file_may_come_as_a_form(slack: World) -> None:
    id_, url = promise(slack)
    body = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="costs.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + PNG + b"\r\n--cut--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    assert slack.send(url, body, headers=headers)[0] == 200
    assert complete(slack, id_)["files"][0]["size"] == len(PNG)
    no_file = b'--cut\r\nContent-Disposition: form-data; name="words"\r\n\r\nx\r\n--cut--\r\n'
    assert slack.send(promise(slack)[1], no_file, headers=headers)[0] == 400


@pytest.mark.parametrize("length", [len(PNG) - 1, len(PNG) + 1])
def test_as_many_bytes_come_as_were_promised(slack: World, length: int) -> None:
    assert slack.send(promise(slack, length)[1], PNG)[0] == 400


def test_an_upload_url_must_come_from_slack(slack: World) -> None:
    assert slack.send("/upload/F0OTHER", PNG)[0] == 404


def test_what_was_not_uploaded_cannot_be_completed(slack: World) -> None:
    id_, url = promise(slack)
    with refused("file_not_found"):
        complete(slack, id_)
    with refused("file_not_found"):
        slack.client.files_info(file=id_)
    slack.send(url, PNG)
    complete(slack, id_)
    with refused("file_update_failed"):
        complete(slack, id_)
    assert slack.send(url, PNG)[0] == 400


@pytest.mark.parametrize(("length", "error"), [(1000, None), (1001, "alt_txt_too_large")])
def test_a_description_has_a_thousand_characters(slack: World, length: int, error: str | None) -> None:
    if error:
        with refused(error):
            promise(slack, alt_txt="x" * length)
    else:
        promise(slack, alt_txt="x" * length)


def test_a_file_has_a_length_and_a_list_has_files(slack: World) -> None:
    with refused("invalid_arguments"):
        promise(slack, length=0)
    for files in ("[]", "{}", "[1]"):
        with refused("invalid_arguments"):
            slack.client.api_call("files.completeUploadExternal", params={"files": files})


def test_blocks_may_go_with_a_file_but_not_a_markdown_block(slack: World) -> None:
    def share(**more: Any) -> Any:
        id_, url = promise(slack)
        slack.send(url, PNG)
        return complete(slack, id_, channel_id=OPS, **more)

    share(blocks=json.dumps([section("with it")]))
    assert slack.messages()[0]["blocks"][0]["text"]["text"] == "with it"
    with refused("internal_error"):
        share(blocks=json.dumps([{"type": "markdown", "text": "x"}]))
    with refused("invalid_arguments"):
        share(blocks=json.dumps([section()]), initial_comment="x")


def test_an_image_block_shows_an_uploaded_file(slack: World) -> None:
    file = upload(slack)
    by_id = {"type": "image", "alt_text": "a", "slack_file": {"id": file["id"]}}
    by_url = {"type": "image", "alt_text": "a", "slack_file": {"url": file["url_private"]}}
    slack.post(blocks=[by_id, by_url])
    id_, _ = promise(slack)
    with refused("invalid_blocks"):
        slack.post(blocks=[by_id | {"slack_file": {"id": id_}}])


def test_files_are_listed_by_channel_and_person(slack: World) -> None:
    first, second = upload(slack, channel=OPS), upload(slack)
    listed = slack.client.files_list
    assert [each["id"] for each in listed()["files"]] == [first["id"], second["id"]]
    assert [each["id"] for each in listed(channel=OPS)["files"]] == [first["id"]]
    assert listed(user="U01ROSA")["files"] == []
    page = listed(count=1, page=2)
    assert ([each["id"] for each in page["files"]], page["paging"]["pages"]) == ([second["id"]], 2)


def test_a_deleted_file_leaves_its_messages(slack: World) -> None:
    file = upload(slack, channel=OPS, initial_comment="This month")
    slack.client.files_delete(file=file["id"])
    assert "files" not in slack.messages()[0]
    with refused("file_not_found"):
        slack.client.files_info(file=file["id"])


def test_sharing_is_told_to_the_app(slack: World, app: App) -> None:
    file = upload(slack, channel=OPS)
    event = app.event("file_shared")
    assert (event["file_id"], event["channel_id"]) == (file["id"], OPS)
    slack.client.files_delete(file=file["id"])
    assert app.event("file_deleted")["file_id"] == file["id"]


def test_a_file_from_disk(slack: World, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("a,b\n", encoding="utf-8")
    file: Any = slack.client.files_upload_v2(file=str(path), channel=OPS)["file"]
    assert (file["name"], file["filetype"]) == ("report.csv", "csv")


@pytest.mark.parametrize("kind", ["ratelimited", "http_500", "outage"])
def test_an_upload_meets_the_troubles_that_were_ordered(slack: World, kind: str) -> None:
    id_, url = promise(slack)
    slack.do("faults", kind=kind, method="upload")
    assert slack.send(url, PNG)[0] in {429, 500, 503}
    slack.json("/_control/faults", verb="DELETE")
    assert slack.send(url, PNG)[0] == 200
    assert complete(slack, id_)["ok"]


def test_a_dropped_upload_may_have_arrived(slack: World) -> None:
    id_, url = promise(slack)
    slack.do("faults", kind="drop", method="upload")
    with dropped():
        slack.send(url, PNG)
    slack.do("faults", kind="drop_after", method="upload")
    with dropped():
        slack.send(url, PNG)
    assert complete(slack, id_)["ok"]
