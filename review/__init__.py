"""The review of a change: what an engine's preview means for the platform, before anyone runs it.

It reads a preview's own events and the deployed state, never the components. `reading` makes a `plan` of them,
`judging` with `estate` and `money` an `assessment` of the plans, `render` pages of that, and `gate` says whether the
change may run.
"""
