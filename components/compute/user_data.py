"""What a node does before kubelet starts; pure."""

import base64

_BOUNDARY = "==BOUNDARY=="
# EKS merges its own part, which starts kubelet after cloud-init is done, so this shell part comes before:
# https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-user-data
# A kernel without BBR keeps its default, as a node with slower TCP is better than none.
_BBR = """#!/bin/bash
set -euo pipefail
modprobe tcp_bbr || true
if grep -qw bbr /proc/sys/net/ipv4/tcp_available_congestion_control; then
  echo tcp_bbr > /etc/modules-load.d/bbr.conf
  printf 'net.core.default_qdisc=fq\\nnet.ipv4.tcp_congestion_control=bbr\\n' > /etc/sysctl.d/90-bbr.conf
  sysctl --load /etc/sysctl.d/90-bbr.conf
fi
"""


# The NVMe disks of a GPU instance become one, at /mnt/k8s-disks/0, with the files of containerd and kubelet on it too,
# so that images are unpacked there; an instance without such disks stays as it is:
# https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/#localstoragestrategy
_LOCAL_DISKS = """---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0
"""


def user_data(*, local_disks: bool) -> str:
    """Return MIME user data, in base64, that turns TCP BBR on and, if asked, makes one disk of the local ones."""
    head = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n'
    parts = [_part('text/x-shellscript; charset="us-ascii"', _BBR)]
    if local_disks:
        parts.append(_part("application/node.eks.aws", _LOCAL_DISKS))
    return base64.b64encode(f"{head}{''.join(parts)}--{_BOUNDARY}--\n".encode()).decode()


def _part(content_type: str, text: str) -> str:
    return f"--{_BOUNDARY}\nContent-Type: {content_type}\n\n{text}\n"
