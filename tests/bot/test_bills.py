"""What Oracle charged, asked for in Slack and read by the whole bot from the local Oracle."""

from __future__ import annotations

from tests.bot.house import House, Running
from tests.bot.people import Slack, shown, until


def test_a_bill_is_read_from_oracle_and_told(bot: Running, slack: Slack, home: House) -> None:
    home.oracle.do("usage", delay=0)  # at night the hours of yesterday would not all be there
    slack.command("rosa", "cost actual chat-prod 30d")
    told = shown(slack.told("rosa", "Oracle charged"))
    assert "*$34,560* for *chat-prod*" in told
    assert "Oracle, RequestSummarizedUsages" in told
    assert "provisional" in told


def test_without_access_costs_are_estimated(bot: Running, slack: Slack, home: House) -> None:
    home.oracle.fault("status", operation="RequestSummarizedUsages", status=404)
    slack.command("rosa", "cost actual chat-prod 7d")
    told = shown(slack.told("rosa", "estimate"))
    assert "*$8,064* for *chat-prod*, *estimated*" in told
    assert "read usage-report in tenancy" in told


def test_a_long_bill_comes_as_a_file_in_the_thread(bot: Running, slack: Slack, home: House) -> None:
    compartment = home.oracle.cluster("chat-prod")["compartmentId"]
    day = f"{home.oracle.state()['now'][:10]}T00:00:00Z"
    rows = [
        {
            "timeUsageStarted": day,
            "computedAmount": 0.1,
            "resourceId": f"ocid1.gone{number}",
            "skuPartNumber": "B108082",
            "compartmentId": compartment,
        }
        for number in range(20)
    ]
    home.oracle.do("usage", rows=rows)
    slack.command("rosa", "cost actual month")
    files = until(
        lambda: [
            file["name"]
            for message in slack.messages()
            for each in slack.thread(message)
            for file in each.get("files", ())
        ],
        "the file",
    )
    assert files[0].endswith(".csv")


def test_a_digest_is_told_with_its_days_as_a_chart(bot: Running, slack: Slack, home: House) -> None:
    home.oracle.do("usage", delay=0)
    slack.command("rosa", "digest --scope region:us-chicago-1")
    message = slack.told("rosa", "Cost digest")
    told = shown(message)
    assert "for the clusters in us-chicago-1" in told
    assert "*docs-idle* · No calls in 72 h" in told
    assert any(block["type"] in {"data_visualization", "image"} for block in message["blocks"])
