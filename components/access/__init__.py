"""The access layer: from a client's DNS look-up to a model server."""
