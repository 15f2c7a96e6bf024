# The agent beside a gateway, and consul-template: their own entries, and sight of the model servers'.
node_prefix "gateway-" {
  policy = "write"
}
service "gateway" {
  policy = "write"
}
node_prefix "deepseek-inference-" {
  policy = "read"
}
service "deepseek-inference" {
  policy = "read"
}
