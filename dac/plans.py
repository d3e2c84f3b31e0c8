"""Every kind of plan there is, told apart by `action`; a further kind joins here."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from dac.extending import ExtendPlan
from dac.scaling import ScalePlan

Plan: TypeAlias = Annotated[ScalePlan | ExtendPlan, Field(discriminator="action")]
