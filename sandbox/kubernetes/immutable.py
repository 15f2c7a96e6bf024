"""Fields that Kubernetes takes only on a new object."""

METADATA = ("metadata.name", "metadata.namespace")
TYPE = ("apiVersion", "kind")
SPEC: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec.selector",),
    "DaemonSet": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "ReplicaSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completions", "spec.completionMode"),
    "Pod": ("spec",),
    "Service": ("spec.clusterIP", "spec.clusterIPs"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName", "spec.selector"),
    "PriorityClass": ("value", "preemptionPolicy"),
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
}
"""Kind to paths whose change replaces (pulumi-kubernetes, provider/pkg/provider/force_new.go)."""


def replaces(kind: str, path: str) -> bool:
    """Whether a change at a path needs a new object of this kind."""
    fields = (*TYPE, *METADATA, *SPEC.get(kind, ()))
    return any(path == field or path.startswith((f"{field}.", f"{field}[")) for field in fields)
