"""The job that asks a site's gateways for their frequent prompts and has the answers ready before clients ask again."""
