"""What a plan does at Oracle, one step after the other: each is data, and may need what an earlier one has made."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field

from dac.cluster import ClusterType, Guardrails, ResourceKind
from dac.figures import Frozen
from dac.naming import clip


class Ref(Frozen):
    """The OCID of what an earlier step of the same plan makes."""

    step: str


Id: TypeAlias = str | Ref


class Step(Frozen):
    """`key` tells it from the plan's other steps, and goes into Oracle as a tag beside the request's."""

    key: str

    @property
    def words(self) -> str:
        """What it does, for who decides over it."""
        raise NotImplementedError

    def resolved(self, made: Mapping[str, str]) -> Self:
        """With the OCIDs of what earlier steps have made in place of references to them."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return self.model_copy(
            update={name: made[value.step] for name, value in fields.items() if isinstance(value, Ref)}
        )


class Scaling(Step):
    """The one step of a change of size; what it needs is in its plan."""

    kind: Literal["scale"] = "scale"
    key: str = "scale"


class MovingLease(Step):
    """The one step of an extension, for which nothing is asked of Oracle."""

    kind: Literal["move_lease"] = "move_lease"
    key: str = "move-lease"


class Making(Step):
    """Something new in a region and compartment, under a name."""

    name: str
    region: str
    compartment_id: str

    @property
    def makes(self) -> ResourceKind:
        raise NotImplementedError


class MakeCluster(Making):
    """`serves` is the model that it is made for, by OCID or by Oracle's name, empty where that is not known."""

    kind: Literal["create_cluster"] = "create_cluster"
    type: ClusterType
    unit_shape: str
    unit_count: int
    serves: str = ""
    freeform_tags: dict[str, str] = Field(default_factory=dict)

    @property
    def makes(self) -> ResourceKind:
        return ResourceKind.CLUSTER

    @property
    def words(self) -> str:
        what = "hosting" if self.type is ClusterType.HOSTING else "fine-tuning"
        count = "1 unit" if self.unit_count == 1 else f"{self.unit_count} units"
        return f"Create the {what} cluster {clip(self.name)} in {self.region}: {count} of {self.unit_shape}"


class MakeEndpoint(Making):
    """`on` is the cluster it is made on."""

    kind: Literal["create_endpoint"] = "create_endpoint"
    on: Id
    on_name: str
    model_id: Id
    model_name: str
    guardrails: Guardrails = Guardrails()

    @property
    def makes(self) -> ResourceKind:
        return ResourceKind.ENDPOINT

    @property
    def words(self) -> str:
        guards = "" if self.guardrails == Guardrails() else f", with {self.guardrails}"
        return (
            f"Create the endpoint {clip(self.name)} on {clip(self.on_name)}, serving {clip(self.model_name)}{guards}; "
            "its OCID is announced, for clients must be pointed at it"
        )


class Dataset(Frozen):
    """A file in Object Storage."""

    namespace: str
    bucket: str
    object_name: str

    def __str__(self) -> str:
        return f"{self.bucket}/{self.object_name}"


class Training(Frozen):
    """How a model is trained; a setting that is None is left to Oracle's default."""

    method: Literal["TFEW", "VANILLA", "LORA"]
    epochs: int | None = None
    learning_rate: Decimal | None = None
    batch_size: int | None = None
    patience: int | None = None
    threshold: Decimal | None = None
    last_layers: int | None = None
    lora_r: int | None = None
    lora_alpha: int | None = None
    lora_dropout: Decimal | None = None

    def __str__(self) -> str:
        given = {name: value for name, value in self if value is not None and name != "method"}
        return ", ".join([self.method, *(f"{name.replace('_', ' ')} {value}" for name, value in given.items())])


class MakeModel(Making):
    """A fine-tune: to Oracle, training is the making of a model. `on` is the fine-tuning cluster.

    `etag` is the data set's as it was agreed to, None where nobody could look at it.
    """

    kind: Literal["create_model"] = "create_model"
    on: Id
    on_name: str
    base_model_id: str
    base_name: str
    dataset: Dataset
    training: Training
    etag: str | None = None

    @property
    def makes(self) -> ResourceKind:
        return ResourceKind.MODEL

    @property
    def words(self) -> str:
        return (
            f"Train the model {clip(self.name)} from {clip(self.base_name)} on {clip(self.on_name)} "
            f"with {clip(str(self.dataset), 200)} ({self.training})"
        )


class Removing(Step):
    """Something that is, for good; `name` is how people know it."""

    id: str
    name: str
    region: str
    compartment_id: str

    @property
    def removes(self) -> ResourceKind:
        raise NotImplementedError


class RemoveEndpoint(Removing):
    """As it is: on that cluster, serving that model."""

    kind: Literal["delete_endpoint"] = "delete_endpoint"
    on: str
    model_id: str

    @property
    def removes(self) -> ResourceKind:
        return ResourceKind.ENDPOINT

    @property
    def words(self) -> str:
        return f"Delete the endpoint {clip(self.name)}, for good"


class RemoveCluster(Removing):
    """As it is, and with nothing on it."""

    kind: Literal["delete_cluster"] = "delete_cluster"
    unit_shape: str
    unit_count: int

    @property
    def removes(self) -> ResourceKind:
        return ResourceKind.CLUSTER

    @property
    def words(self) -> str:
        return f"Delete the cluster {clip(self.name)}, for good"


class RemoveModel(Removing):
    """A custom model as it is, served by nothing."""

    kind: Literal["delete_model"] = "delete_model"

    @property
    def removes(self) -> ResourceKind:
        return ResourceKind.MODEL

    @property
    def words(self) -> str:
        return f"Delete the custom model {clip(self.name)}, for good"


class Pause(Step):
    """Nothing goes on before a person says so."""

    kind: Literal["wait_for_person"] = "wait_for_person"
    question: str

    @property
    def words(self) -> str:
        return f"Wait until a person confirms: {self.question}"


AnyStep: TypeAlias = Annotated[
    Scaling
    | MovingLease
    | MakeCluster
    | MakeEndpoint
    | MakeModel
    | RemoveEndpoint
    | RemoveCluster
    | RemoveModel
    | Pause,
    Field(discriminator="kind"),
]


class Done(Frozen):
    """A step that is at its end: what it made, and what is to be said of it."""

    key: str
    resource_id: str = ""
    said: str
