"""What a pack answers to the engine.

Two facts of the engine shape it. Stack validation is given *outputs*, which are empty in a preview whose provider is
not configured yet (a cluster's Kubernetes provider, before the cluster exists); so stack rules judge the inputs that
resource validation has seen. And a policy knows no third answer beside pass and violation; so what is unknown or waived
is said by policies of their own, see `account.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import account
import messages
import wire
from judge import Judge
from pulumi.runtime import proto
from rules._resource import Resource
from rules._rule import AnyRule, ResourceRule, StackRule
from rules._setting import SettingValues

_STACK: Final = "pulumi:pulumi:Stack"


class Pack:
    """Policies by name, as the engine has set them; one without rules lets everything pass.

    Attributes:
        policies: the metadata of each, by its name, in the order in which they are told.
    """

    def __init__(self, policies: Iterable[proto.PolicyInfo]) -> None:
        self.policies = {info.name: info for info in policies}
        self._configured: dict[str, Mapping[str, Any]] = {}

    def configure(self, name: str, level: proto.EnforcementLevel.ValueType, settings: Mapping[str, Any]) -> None:
        """Take the engine's own level and settings of a policy, checked against its schema: they win."""
        if name in self.policies:
            self.policies[name].enforcementLevel = level
            self._configured[name] = settings

    def judge(self, request: proto.AnalyzeRequest) -> proto.AnalyzeResponse:
        """Judge a resource before it is created."""
        del request
        return proto.AnalyzeResponse()

    def judge_stack(self, request: proto.AnalyzeStackRequest) -> proto.AnalyzeResponse:
        """Judge how all resources fit together."""
        del request
        return proto.AnalyzeResponse()

    def remedy(self, request: proto.AnalyzeRequest) -> proto.RemediateResponse:
        """Put the inputs of a resource right."""
        del request
        return proto.RemediateResponse()


class Refusal(Pack):
    """A pack that can judge nothing: the first resource, the stack itself, fails by `message`.

    One that did not start would say so to the engine's log alone, where no report looks.
    """

    def __init__(self, message: str) -> None:
        info = messages.of_files()
        super().__init__([info])
        self._refused = messages.diagnostic(info, f"{info.description}\n{message}")

    def judge(self, request: proto.AnalyzeRequest) -> proto.AnalyzeResponse:
        """Let the stack itself fail."""
        return proto.AnalyzeResponse(diagnostics=[self._refused] if request.type == _STACK else [])


@dataclass(frozen=True, slots=True)
class _Plan:
    """What there is to do for every resource of one type, found once.

    Attributes:
        rules: those that look at it, each with its settings.
        passed_over: the answer so far: every other rule does not apply.
    """

    rules: Sequence[tuple[ResourceRule, SettingValues]]
    passed_over: proto.AnalyzeResponse


class Rulebook(Pack):
    """The rules, and a judge who weighs what they find."""

    def __init__(self, rules: Sequence[AnyRule], judge: Judge) -> None:
        infos = (messages.of_rule(rule, judge.terms[rule.name]) for rule in rules)
        super().__init__([*infos, *messages.of_accounts()])
        self._judge = judge
        self._of_resource = [rule for rule in rules if isinstance(rule, ResourceRule)]
        self._of_stack = [rule for rule in rules if isinstance(rule, StackRule)]
        self._plans: dict[str, _Plan] = {}

    def configure(self, name: str, level: proto.EnforcementLevel.ValueType, settings: Mapping[str, Any]) -> None:
        """Take the engine's own level and settings of a policy, checked against its schema: they win."""
        super().configure(name, level, settings)
        self._plans.clear()

    def judge(self, request: proto.AnalyzeRequest) -> proto.AnalyzeResponse:
        """Judge a resource, and keep its inputs for the rules about the stack."""
        resource = wire.resource(request, wire.plain(wire.sent(request.properties)))
        self._judge.inputs[resource.urn] = resource.props
        plan = self._plan(resource.type)
        response = proto.AnalyzeResponse()
        response.CopyFrom(plan.passed_over)
        for rule, settings in plan.rules:
            self._apply(rule, [resource], settings, response)
        self._say(account.RESOURCES, ((resource.urn, line) for line in self._judge.take(resource.urn)), response)
        return response

    def judge_stack(self, request: proto.AnalyzeStackRequest) -> proto.AnalyzeResponse:
        """Judge the stack by the inputs that were seen, and account for the rest."""
        resources = [self._recalled(message) for message in request.resources]
        response = proto.AnalyzeResponse()
        for rule in self._of_stack:
            if self._is_on(rule.name):
                self._apply(rule, resources, self._settings(rule), response)
        self._say(account.STACK, self._judge.take_all(), response)
        described = self.policies[account.WAIVERS].description
        unneeded = (("", f"{described}\n{account.needless(waiver)}") for waiver in self._judge.needless())
        self._say(account.WAIVERS, unneeded, response)
        return response

    def remedy(self, request: proto.AnalyzeRequest) -> proto.RemediateResponse:
        """Put right what rules at level remediate find wrong; each sees what those before it have left."""
        response = proto.RemediateResponse()
        remedies = [(rule, settings) for rule, settings in self._plan(request.type).rules if self._remedies(rule)]
        sent = wire.sent(request.properties) if remedies else {}
        for rule, settings in remedies:
            resource = wire.resource(request, wire.plain(sent))
            edits = rule.edits(resource, settings)
            if edits and not self._judge.waiver(rule, resource):
                sent = wire.edited(sent, edits)
                response.remediations.append(messages.remediation(self.policies[rule.name], sent))
        return response

    def _recalled(self, message: proto.AnalyzerResource) -> Resource:
        """Return the view of a resource of the stack: by its inputs where they were seen."""
        seen = self._judge.inputs.get(message.urn)
        inputs = wire.plain(wire.sent(message.properties)) if seen is None else seen
        references = {key: tuple(found.urns) for key, found in message.propertyDependencies.items()}
        return replace(wire.resource(message, inputs), references=references)

    def _plan(self, token: str) -> _Plan:
        """Return what there is to do for a type; to ask each rule about each resource costs more than the checks."""
        if token not in self._plans:
            on = [rule for rule in self._of_resource if self._is_on(rule.name)]
            others = (rule.name for rule in on if not rule.matches(token))
            answer = proto.AnalyzeResponse(not_applicable=[proto.PolicyNotApplicable(policy_name=it) for it in others])
            self._plans[token] = _Plan([(it, self._settings(it)) for it in on if it.matches(token)], answer)
        return self._plans[token]

    def _apply(
        self, rule: AnyRule, resources: Sequence[Resource], settings: SettingValues, response: proto.AnalyzeResponse
    ) -> None:
        findings = list(rule.evaluate(resources, settings))
        violations = self._judge.violations(rule, findings)
        self._say(rule.name, ((it.resource.urn, messages.failed(rule, it)) for it in violations), response)
        if not resources or (findings and not violations):
            reason = "unknown or waived" if resources else ""
            response.not_applicable.add(policy_name=rule.name, reason=reason)

    def _say(self, name: str, lines: Iterable[tuple[str, str]], response: proto.AnalyzeResponse) -> None:
        """Report each line, with its URN, as a violation of the policy of this name."""
        if self._is_on(name):
            response.diagnostics.extend(messages.diagnostic(self.policies[name], line, urn) for urn, line in lines)

    def _is_on(self, name: str) -> bool:
        return self.policies[name].enforcementLevel != proto.EnforcementLevel.DISABLED

    def _remedies(self, rule: ResourceRule) -> bool:
        asked = self.policies[rule.name].enforcementLevel == proto.EnforcementLevel.REMEDIATE
        return asked and rule.remedy is not None

    def _settings(self, rule: AnyRule) -> SettingValues:
        engines = self._configured.get(rule.name, {})
        theirs = {it.name: it.read(engines[it.name]) for it in rule.settings if it.name in engines}
        return {**self._judge.terms[rule.name].settings, **theirs}
