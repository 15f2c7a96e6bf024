# The agent beside a model server: its node, its one service.
node_prefix "deepseek-inference-" {
  policy = "write"
}
service "deepseek-inference" {
  policy = "write"
}
