"""The sandbox's `aws` provider plugin: a table of resource types over boto3, and a ledger of what stands."""
