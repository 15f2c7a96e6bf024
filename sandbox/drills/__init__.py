"""Drills: nodes are killed, reclaimed and drained under the model server of a running sandbox, and time is taken."""
