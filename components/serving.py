"""Settings of what serves: the model and its server."""

from pydantic import Field

from components.demand import AGENT, POD, Demand, of_container
from components.vocabulary import Count, Model, Quantization, Range, Text


class Inference(Model):
    """The model and how it is served on each site."""

    model: Text = Field(description="model id")
    revision: Text = Field(description="revision of the weights")
    image: Text = Field(description="container image of the model server, by digest")
    quantization: Quantization = Field(description="number format of the weights")
    tensor_parallel: Count = Field(description="GPUs of one replica")
    replicas: Range = Field(description="replicas per site")
    concurrency: Count = Field(description="requests that one replica answers at the same time, a count")
    cpu: Count = Field(description="cores of one replica")
    memory_gib: Count = Field(description="memory of one replica, GiB")
    longest_stream_seconds: Count = Field(description="longest answer, s")
    pre_stop_seconds: Count = Field(description="wait before the server is told to stop, s")
    cpu_target_percent: int = Field(ge=1, le=100, description="CPU that the autoscaler aims at, %")
    scale_down_stabilisation_seconds: int = Field(ge=0, le=3600, description="wait before scaling down, s")

    def demand(self) -> Demand:
        """Return what the most replicas of a site ask for, each with an agent beside it.

        One more is counted than the autoscaler's most: a rolling update starts the new pod first.
        """
        replica = of_container(self.cpu, self.memory_gib, self.tensor_parallel) + AGENT + POD
        return replica.times(self.replicas.maximum + 1)
