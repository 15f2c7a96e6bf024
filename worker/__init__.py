"""The asynchronous tier's program: jobs of the queue `model-inference`, put in, worked off, and looked after."""
