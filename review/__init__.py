"""The review of a change: what an engine's preview means for the platform, before anyone runs it.

It reads a preview's own events and the deployed state, never the components: `plan` says what the engine will do,
`assessment` what that means for people, and `render` puts it on a page.
"""
