"""The charts that the sandbox knows, and which of them a release asks for."""

from sandbox.kubernetes.helm.chart import Chart
from sandbox.kubernetes.helm.keda import KEDA
from sandbox.kubernetes.helm.prometheus import PROMETHEUS
from sandbox.plugin.provider import InvalidInputsError
from sandbox.plugin.wire import Props, section

CHARTS = {chart.name: chart for chart in (KEDA, PROMETHEUS)}


def chart_of(inputs: Props) -> Chart:
    """The chart that a release's inputs name.

    Raises:
        InvalidInputsError: the sandbox does not know it, or not from there or in that version.
    """
    name = inputs.get("chart")
    chart = CHARTS.get(str(name))
    if chart is None:
        raise InvalidInputsError([("chart", f"is {name!r}; charts that the sandbox knows are {', '.join(CHARTS)}")])
    version = str(inputs.get("version"))
    if not version.startswith(chart.versions):
        begins = f"the sandbox knows chart {name} in versions that begin with {chart.versions}"
        raise InvalidInputsError([("version", f"is {version!r}; {begins}")])
    repository = section(inputs, "repositoryOpts").get("repo")
    if str(repository).rstrip("/") != chart.repository:
        raise InvalidInputsError(
            [("repositoryOpts.repo", f"is {repository!r}; chart {name} is from {chart.repository}")]
        )
    return chart
