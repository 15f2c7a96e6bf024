"""From the engine's events and the deployed state to a plan, with no secret in it."""
