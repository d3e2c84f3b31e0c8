"""Carrying out a change of size: the one step that changes a cluster that is, under the etag it was read with."""

from __future__ import annotations

from approvals.confirming import TAG, Confirming, carries, standing
from approvals.events import Sent
from approvals.hands import Tools
from approvals.request import Request
from approvals.states import State
from approvals.steps import claim_of
from approvals.workrequests import UNSTARTED
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound
from dac.scaling import ScalePlan


class Resizing:
    """`approvals.hands.Hand` for `dac.steps.Scaling`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._confirming = Confirming(tools.store, tools.reader, tools.now)

    def act(self, request: Request, *, called: str) -> Request:
        """Called with the etag of the claim: Oracle lets only one such call through."""
        claim, plan, steps = claim_of(request), _scaled(request), self._tools.steps
        try:
            cluster = self._tools.reader.cluster(plan.cluster.region, plan.cluster.id)
        except NotFound as gone:
            if self._tools.now() - claim.started_at <= UNSTARTED:
                raise
            return steps.fail(request, f"{gone} This request has nothing left to change.")
        if sent := self._confirming.got_through(request, plan, cluster):
            return steps.write(request, State.APPLYING, sent)
        if cluster.etag != claim.etag:
            return steps.fail(
                request,
                f"{cluster.name} was changed by someone else at the last moment; {called}. It is {standing(cluster)}.",
            )
        if stopped := self._tools.stopped(request, f": {cluster.name} is {standing(cluster)}"):
            return stopped
        try:
            work_request = self._tools.writer.scale(cluster, plan.to_units, tags={TAG: request.tag})
        except (Conflict, Invalid, Denied, NotFound) as no:
            return self._refused(request, plan, no)
        return steps.write(request, State.APPLYING, Sent(work_request_id=work_request))

    def confirm(self, request: Request) -> Request:
        return self._confirming.confirm(request, _scaled(request))

    def _refused(self, request: Request, plan: ScalePlan, no: DacError) -> Request:
        """Oracle said no; unless that is because an earlier call of this same request got through."""
        cluster = self._tools.reader.cluster(plan.cluster.region, plan.cluster.id)
        if carries(cluster, request):
            return self._tools.steps.write(request, State.APPLYING, Sent())
        because = f"{no} This request changed nothing: {cluster.name} is {standing(cluster)}."
        return self._tools.steps.fail(request, because)


def _scaled(request: Request) -> ScalePlan:
    assert isinstance(request.plan, ScalePlan)  # noqa: S101 - no other plan has this step
    return request.plan
