"""The outside: Slack, Oracle, clock, environment, schedule and wiring."""
