"""The watch as commands have it, where it is set up at all."""

from __future__ import annotations

from commands._command import Services
from dac.alerts import Alerts
from dac.errors import Invalid


def watch(services: Services) -> Alerts:
    """`Invalid` where no channel is watched for."""
    if services.alerts is None:
        raise Invalid("The watch is not set up here: DAC_WATCH_CHANNEL names no channel that is told of trouble.")
    return services.alerts
