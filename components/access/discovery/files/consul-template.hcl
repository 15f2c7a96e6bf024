# consul-template of a gateway pod: the list of model servers, and the reload of Nginx.
log_level = "info"

consul {
  address    = "127.0.0.1:8500"
  token_file = "/consul/token/token"

  # Without end: while Consul is gone the files stay as they are.
  retry {
    attempts    = 0
    backoff     = "250ms"
    max_backoff = "5s"
  }
}

# Any server may answer, also one that has lost the others.
max_stale = "10m"

# Changes that come together make one list: it is written after 200 ms without another, after 1 s at the latest.
wait {
  min = "200ms"
  max = "1s"
}

template {
  source      = "/etc/gateway/peers.json.ctmpl"
  destination = "/var/run/gateway/peers.json"
  perms       = 0644
  error_fatal = false
}

template {
  source      = "/etc/gateway/reload.ctmpl"
  destination = "/var/run/gateway/reload"
  perms       = 0644
  command     = ["/bin/sh", "-c", "test ! -s /var/run/gateway/nginx.pid || kill -HUP \"$(cat /var/run/gateway/nginx.pid)\" || true"]
}
