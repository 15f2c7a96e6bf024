# The servers' own agents: their entries in the catalogue, and nothing of anybody else's.
node_prefix "consul-" {
  policy = "write"
}
service "consul" {
  policy = "write"
}
