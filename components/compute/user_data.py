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


def user_data() -> str:
    """Return MIME user data, in base64, that turns TCP BBR on."""
    head = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n'
    part = f'--{_BOUNDARY}\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n{_BBR}\n--{_BOUNDARY}--\n'
    return base64.b64encode((head + part).encode()).decode()
