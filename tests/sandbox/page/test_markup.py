from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from sandbox.serving import running
from sandbox.slack import Config, make_app

pytestmark = pytest.mark.browser

# A context as renderers get it: Ada in London, at noon of 23 November 2026.
DRAW = """async ([module, name, text]) => {
    const draw = (await import(`/page/render/${module}.js`))[name];
    const users = { U02ADA: { id: 'U02ADA', real_name: 'Ada' }, U01ROSA: { id: 'U01ROSA', real_name: 'Rosa' } };
    const ctx = {
        me: { id: 'U02ADA', tz: 'Europe/London' }, now: () => new Date('2026-11-23T12:00:00Z'),
        user: (id) => users[id], channel: (id) => (id === 'C01OPS' ? { id, name: 'dac-ops' } : undefined),
        usergroup: () => undefined,
    };
    const drawn = draw(text, ctx);
    const plain = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        const inner = [...node.childNodes].map(plain).join('');
        const tag = node.tagName.toLowerCase();
        if (tag === 'span' && !node.className) return inner;
        return `[${node.className ? node.className.split(' ')[0] : tag}${tag === 'a' ? ' ' + node.href : ''}:${inner}]`;
    };
    return [...drawn.childNodes].map(plain).join('');
}"""


@pytest.fixture(scope="module")
def drawing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for the whole table: drawing text leaves nothing behind."""
    manifest = tmp_path_factory.mktemp("app") / "manifest.yml"
    manifest.write_text("display_information: {name: app}\n", encoding="utf-8")
    with running(lambda: make_app(Config(manifest=manifest))) as url:
        page = browser.new_page()
        page.goto(f"{url}/page/index.html")
        yield page
        page.close()


MRKDWN = {
    "*bold* _italic_ ~gone~": "[b:bold] [i:italic] [s:gone]",
    "*bold _and italic_*": "[b:bold [i:and italic]]",
    "2*3*4 and a_b_c": "2*3*4 and a_b_c",
    "* no *": "* no *",
    "`*code*` stays": "[code:*code*] stays",
    "a &lt;b&gt; &amp; c": "a <b> & c",
    "&amp;lt; once": "&lt; once",
    "<@U02ADA> <@U01ROSA> <@U99NONE|zoe>": "[mention:@Ada] [mention:@Rosa] [mention:@zoe]",
    "<https://example.com|the *docs*>": "[a https://example.com/:the [b:docs]]",
    "<javascript:alert(1)|x>": "<javascript:alert(1)|x>",
    "<mailto:a@b.co|write>": "[a mailto:a@b.co:write]",
    "see https://example.com/a.": "see [a https://example.com/a:https://example.com/a].",
    "<!here> <!subteam^S1|@ops>": "[mention:@here] [mention:@ops]",
    ":tada: :no_such_one:": "[emoji:🎉] :no_such_one:",
    "10:30:45": "10:30:45",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "&gt; said\nafter": "[blockquote:said]after",
    "• one\n• two": "[bullet:[mark:•]one][bullet:[mark:•]two]",
    "before\n```\nlet x = 1;\n```\nafter": "before[pre:[code:let x = 1;]]after",
    "<!date^1795435200^{date_num} {time_secs}|x>": "[time:2026-11-23 12:00:00 PM]",
    "<!date^1795435200^{date_short_pretty}|x>": "[time:Today]",
    "on <!date^1795348800^{date_pretty} at {time}|x>": "on [time:yesterday at 12:00 PM]",
    "<!date^1790000000^{date_long}|x>": "[time:Monday, September 21st, 2026]",
    "<!date^1795431600^{ago}|x>": "[time:1 hour ago]",
    "<!date^soon^{time}|at some time>": "at some time",
}


MARKDOWN = {
    "# Title": "[md-h1:Title]",
    "**bold** and *it* and ~~gone~~": "[p:[b:bold] and [i:it] and [s:gone]]",
    "snake_case_name": "[p:snake_case_name]",
    "[docs](https://example.com)": "[p:[a https://example.com/:docs]]",
    "[x](javascript:alert(1))": "[p:x)]",
    "- one\n- two\n  - deeper": "[ul:[li:one][li:two[ul:[li:deeper]]]]",
    "3. three\n4. four": "[ol:[li:three][li:four]]",
    "> quoted\n> still": "[blockquote:[p:quoted[br:]still]]",
    "```py\na < b\n```": "[pre:[code:a < b]]",
    "| A | B |\n|---|--:|\n| 1 | `2` |": "[table-scroll:[grid:[thead:[tr:[align-left:A][align-right:B]]]"
    "[tbody:[tr:[align-left:1][align-right:[code:2]]]]]]",
    "one\ntwo\n\nthree": "[p:one[br:]two][p:three]",
    "---": "[hr:]",
    "<b>html</b> \\*not\\*": "[p:<b>html</b> *not*]",
}

ZONES = [
    ("2026-11-23T09:30", "America/Chicago", "2026-11-23T15:30:00Z"),
    ("2026-07-01T09:30", "Europe/Berlin", "2026-07-01T07:30:00Z"),
    ("2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00Z"),
    ("2026-11-23T09:30", "Asia/Kolkata", "2026-11-23T04:00:00Z"),
]


@pytest.mark.parametrize(("text", "drawn"), list(MARKDOWN.items()))
def test_markdown_is_drawn_without_html(drawing: Page, text: str, drawn: str) -> None:
    assert drawing.evaluate(DRAW, ["markdown", "markdown", text]) == drawn


@pytest.mark.parametrize(("text", "drawn"), list(MRKDWN.items()))
def test_mrkdwn_is_drawn_as_slack_draws_it(drawing: Page, text: str, drawn: str) -> None:
    assert drawing.evaluate(DRAW, ["mrkdwn", "mrkdwn", text]) == drawn


@pytest.mark.parametrize(("local", "zone", "instant"), ZONES)
def test_a_time_picked_in_a_zone_is_that_instant(drawing: Page, local: str, zone: str, instant: str) -> None:
    there_and_back = """async ([local, zone, instant]) => {
        const { epochToZoned, zonedToEpoch } = await import('/page/render/dates.js');
        const wanted = Date.parse(instant) / 1000;
        return [zonedToEpoch(local, zone) === wanted, epochToZoned(wanted, zone)];
    }"""
    assert drawing.evaluate(there_and_back, [local, zone, instant]) == [True, local]
