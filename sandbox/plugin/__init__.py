"""What the sandbox's two provider plugins share: the engine's protocol, without any knowledge of a service."""
