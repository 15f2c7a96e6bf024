"""The platform rehearsed on one machine: a toolchain, an AWS, control planes, and the real engine on top."""
