"""Controllers that a cluster gets by add-on or Helm chart: their real programs, run beside its control plane."""
