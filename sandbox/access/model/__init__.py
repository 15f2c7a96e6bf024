"""A stand-in model server: OpenAI's HTTP API with SSE, the open inference protocol over gRPC, and faults on demand.

fakellm (0.3.5) speaks the plain OpenAI API, but has one worker, no /health, no gRPC, no capacity and no faults.
"""
