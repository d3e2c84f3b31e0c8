"""How much of a team's monthly budget its clusters take, before and after a change."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, PlainSerializer

from dac.catalog import Catalog
from dac.cluster import Cluster, Fleet, Lifecycle
from dac.figures import Basis, Frozen, Money, Price, Unknown
from dac.pricing import monthly

GONE = {Lifecycle.DELETED, Lifecycle.FAILED}
"""States in which a cluster costs nothing any more."""


class Budget(Frozen):
    """What the clusters of those names may cost in a month: by Oracle's list, or by the contract's rates on file."""

    name: str = Field(min_length=1, max_length=80, description="How people call this budget")
    clusters: Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str])] = Field(
        frozenset({"*"}), description="Cluster names it is for; * and ? are wild"
    )
    monthly: Decimal = Field(gt=0, description="Cost of a month of 744 hours that these may come to")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="Currency of that sum")

    def covers(self, cluster: Cluster) -> bool:
        return any(fnmatchcase(cluster.name.casefold(), each.casefold()) for each in self.clusters)


class BudgetEffect(Frozen):
    """A budget and what its clusters cost a month before and after a change; unknown as soon as one of them is."""

    name: str
    limit: Money
    before: Money | Unknown
    after: Money | Unknown
    basis: Basis = "list"

    @property
    def left(self) -> Money | Unknown:
        """Negative where the change goes over the budget."""
        return self.after if isinstance(self.after, Unknown) else self.limit - self.after


def budget_effects(
    budgets: Iterable[Budget], fleet: Fleet, cluster: Cluster, to_units: int, catalog: Catalog
) -> tuple[BudgetEffect, ...]:
    """What scaling that cluster does to every budget that is for it."""
    found = []
    for budget in budgets:
        if not budget.covers(cluster):
            continue
        others = [each for each in fleet.clusters if each.id != cluster.id and budget.covers(each)]
        before, after = (
            _total(budget, fleet, [*others, cluster.model_copy(update={"unit_count": units})], catalog)
            for units in (cluster.unit_count, to_units)
        )
        limit = Money(amount=budget.monthly, currency=budget.currency)
        basis = _basis([*others, cluster], catalog)
        found.append(BudgetEffect(name=budget.name, limit=limit, before=before, after=after, basis=basis))
    return tuple(found)


def _basis(clusters: Iterable[Cluster], catalog: Catalog) -> Basis:
    """By contract as soon as one of them is: such a sum is none of Oracle's list."""
    costs = [monthly(catalog, each.unit_shape, each.unit_count) for each in clusters]
    return "contract" if any(isinstance(each, Price) and each.basis == "contract" for each in costs) else "list"


def _total(budget: Budget, fleet: Fleet, clusters: Iterable[Cluster], catalog: Catalog) -> Money | Unknown:
    what = f"what the clusters of the budget “{budget.name}” cost"
    unseen = sorted({gap.region for gap in fleet.gaps if gap.what.startswith("clusters")})
    if unseen:
        return Unknown(what=what, settle=f"{' and '.join(unseen)} could not be read; ask again in a moment")
    total = Decimal(0)
    for cluster in clusters:
        if cluster.lifecycle_state in GONE:
            continue
        cost = monthly(catalog, cluster.unit_shape, cluster.unit_count)
        if isinstance(cost, Unknown):
            return Unknown(what=what, settle=cost.settle)
        if cost.money.currency != budget.currency:
            return Unknown(
                what=what, settle=f"{cluster.name} is billed in {cost.money.currency}, not {budget.currency}"
            )
        total += cost.money.amount
    return Money(amount=total, currency=budget.currency)
