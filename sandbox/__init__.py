"""A local Slack workspace and a local Oracle control plane that the unchanged bot runs against."""
