"""Every kind of plan there is, told apart by `action`; a further kind joins here."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from dac.creating import CreateClusterPlan
from dac.deleting import DeleteClusterPlan
from dac.deleting_models import DeleteModelPlan
from dac.endpoints import CreateEndpointPlan, DeleteEndpointPlan, MoveEndpointPlan
from dac.extending import ExtendPlan
from dac.finetuning import FineTunePlan
from dac.migrating import MigratePlan
from dac.scaling import ScalePlan

Plan: TypeAlias = Annotated[
    ScalePlan
    | ExtendPlan
    | CreateClusterPlan
    | DeleteClusterPlan
    | CreateEndpointPlan
    | DeleteEndpointPlan
    | MoveEndpointPlan
    | MigratePlan
    | FineTunePlan
    | DeleteModelPlan,
    Field(discriminator="action"),
]
