"""The access layer with the real programs on loopback: Consul, consul-template, Nginx, and model servers that fail."""
