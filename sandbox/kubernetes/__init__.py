"""The `kubernetes` provider plugin of the sandbox: any typed object, by server-side apply."""
