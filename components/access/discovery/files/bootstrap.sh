#!/bin/sh
# Makes what Consul and the gateway need to trust each other, as Kubernetes Secrets, and then Consul's ACLs.
#
#   bootstrap.sh secrets   gossip key, authority, certificates and tokens; before the servers start
#   bootstrap.sh acl       lets the tokens in, with their policies; once the servers run
#   bootstrap.sh all       both: what the CronJob does, which renews certificates
#
# What is there stays, so that a run that was cut short is continued by the next, and one more changes nothing. All tokens
# are chosen before Consul knows of them: nothing that Consul has said once can be lost. Two runs at once: a Secret is
# written by server-side apply under the run's own name, so the second writer is refused, and takes what the first one wrote.
# Secrets pass through files in memory, never through arguments or the log.
set -eu
umask 077

phase=${1:?secrets, acl or all}
kubernetes="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/$NAMESPACE/secrets"
account=${ACCOUNT_DIRECTORY:-/var/run/secrets/kubernetes.io/serviceaccount}
files=$(cd "$(dirname "$0")" && pwd)
run="consul-bootstrap-$RUN"
authority_days=3650
certificate_days=90
renew_days=30
cd "$SCRATCH_DIRECTORY"

say() { echo "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# kube METHOD PATH [option of curl...]: leaves the answer in answer.json and its HTTP status in $status.
kube() {
  method=$1 path=$2
  shift 2
  printf 'Authorization: Bearer %s\n' "$(cat "$account/token")" >kube.header
  status=$(curl -sS --retry 3 --max-time 30 --cacert "$account/ca.crt" -H @kube.header -X "$method" \
    -o answer.json -w '%{http_code}' "$@" "$kubernetes$path") || die "the API server does not answer"
}

# has NAME: whether the Secret is there; it is then in answer.json.
has() {
  kube GET "/$1"
  case $status in
    200) ;;
    404) return 1 ;;
    *) die "reading Secret $1: status $status, $(jq -r .message answer.json)" ;;
  esac
}

# fetch NAME KEY...: writes the values of a Secret to files of those names.
fetch() {
  has "$1" || die "Secret $1 is missing; run the phase secrets first"
  shift
  for key; do
    file=$key
    jq -j --arg key "$key" '.data[$key] | @base64d' answer.json >"$file"
  done
}

# put NAME DAYS FILE...: makes the Secret of these files, or renews the one in answer.json unless it has changed since.
# DAYS is when it is due to be renewed; 0 is never.
put() {
  name=$1 days=$2 version=
  test "$status" != 200 || version=$(jq -r .metadata.resourceVersion answer.json)
  shift 2
  jq -n --arg name "$name" --arg version "$version" --argjson days "$days" --argjson now "$(date +%s)" '{
    apiVersion: "v1", kind: "Secret", type: "Opaque", data: {},
    metadata: ({name: $name, labels: {"app.kubernetes.io/name": "consul"}}
      + if $days == 0 then {} else {annotations: {"inference-platform/renew-after": "\($now + $days * 86400)"}} end
      + if $version == "" then {} else {resourceVersion: $version} end)
  }' >body.json
  for file; do
    jq --arg key "$file" --rawfile value "$file" '.data[$key] = ($value | @base64)' body.json >body.next
    mv body.next body.json
  done
  kube PATCH "/$name?fieldManager=$run&force=$(test -n "$version" && echo true || echo false)" \
    -H 'Content-Type: application/apply-patch+yaml' --data-binary @body.json
  case $status in
    200 | 201) say "Secret $name: written" ;;
    409) say "Secret $name: another run was first" ;;
    *) die "writing Secret $name: status $status, $(jq -r .message answer.json)" ;;
  esac
}

# due: whether the Secret in answer.json is to be renewed.
due() {
  after=$(jq -r '.metadata.annotations["inference-platform/renew-after"] // 0' answer.json)
  test "$(date +%s)" -ge "$after"
}

quietly() { "$@" >command.log 2>&1 || die "$* failed: $(tail -n 1 command.log)"; }

uuid() { tr -d '\n' </proc/sys/kernel/random/uuid; }

gossip() {
  has consul-gossip && return
  consul keygen | tr -d '\n' >gossip.key
  jq -n --rawfile key gossip.key '{encrypt: $key}' >gossip.json
  put consul-gossip 0 gossip.json
}

authority() {
  has consul-ca && return
  rm -f consul-agent-ca*
  quietly consul tls ca create -days="$authority_days"
  mv consul-agent-ca.pem ca.crt
  mv consul-agent-ca-key.pem ca.key
  put consul-ca $((authority_days - 365)) ca.crt ca.key
}

# certificate SECRET KIND NAME...: a certificate of our authority for these names, anew when it is due.
certificate() {
  if has "$1" && ! due; then return; fi
  cp answer.json before.json
  before=$status secret=$1 kind=$2
  shift 2
  fetch consul-ca ca.crt ca.key
  for each; do
    shift
    set -- "$@" "-additional-dnsname=$each"
  done
  rm -f "$DATACENTER-$kind-consul-0.pem" "$DATACENTER-$kind-consul-0-key.pem"
  quietly consul tls cert create "-$kind" -dc="$DATACENTER" -days="$certificate_days" -ca=ca.crt -key=ca.key "$@"
  mv "$DATACENTER-$kind-consul-0.pem" tls.crt
  mv "$DATACENTER-$kind-consul-0-key.pem" tls.key
  mv before.json answer.json
  status=$before
  put "$secret" $((certificate_days - renew_days)) tls.crt tls.key
}

# token SECRET makes a token that Consul does not know yet.
token() {
  has "$1" && return
  uuid >accessor
  uuid >token
  jq -n --rawfile token token '{acl: {tokens: {agent: $token, config_file_service_registration: $token}}}' >token.json
  put "$1" 0 accessor token token.json
}

secrets() {
  gossip
  authority
  service="$NAMESPACE.svc"
  certificate consul-server-tls server "consul.$service" "*.consul.$service"
  certificate gateway-tls client gateway "gateway.$service"
  for each in $tokens bootstrap; do token "consul-$each-token"; done
  has consul-ca
  if due; then die "Consul's authority ends within a year, and nothing renews it: put a new one beside it in good time"; fi
}

# ask METHOD PATH [option of curl...]: as kube, of Consul.
ask() {
  method=$1 path=$2
  shift 2
  status=$(curl -sS --max-time 10 --cacert ca.crt --cert tls.crt --key tls.key -H @consul.header -X "$method" \
    -o answer.json -w '%{http_code}' "$@" "$CONSUL_HTTP_ADDR/v1/$path") || status=000
}

# bootstrapped: whether our first token is let in, by this run or an earlier one.
bootstrapped() {
  ask PUT acl/bootstrap --data-binary @first.json
  test "$status" = 200 && say "ACLs: bootstrapped" && return
  ask GET acl/token/self
  test "$status" = 200
}

enter() {
  fetch consul-ca ca.crt
  fetch consul-server-tls tls.crt tls.key
  fetch consul-bootstrap-token token
  printf '%s: %s\n' X-Consul-Token "$(cat token)" >consul.header
  jq -n --rawfile token token '{BootstrapSecret: $token}' >first.json
  tries=0
  until bootstrapped; do
    tries=$((tries + 1))
    test "$tries" -lt 60 || die "status $status: Consul does not take the token of Secret consul-bootstrap-token"
    sleep 2
  done
}

# policy NAME: lets Consul have the policy of that file.
policy() {
  jq -n --arg name "$1" --rawfile rules "$files/$1.hcl" '{Name: $name, Rules: $rules}' >policy.json
  ask GET "acl/policy/name/$1"
  case $status in
    200)
      jq -e --slurpfile wanted policy.json '.Rules == $wanted[0].Rules' answer.json >command.log && return
      ask PUT "acl/policy/$(jq -r .ID answer.json)" --data-binary @policy.json
      ;;
    *) ask PUT acl/policy --data-binary @policy.json ;;
  esac
  settle "policy $1" "acl/policy/name/$1"
}

# admit NAME: lets the token of Secret consul-NAME-token in, with the policy of that name.
admit() {
  fetch "consul-$1-token" accessor token
  jq -n --arg name "consul-$1" --rawfile accessor accessor --rawfile token token \
    '{AccessorID: $accessor, SecretID: $token, Description: $name, Policies: [{Name: $name}]}' >token.json
  where="acl/token/$(cat accessor)"
  ask GET "$where"
  case $status in
    200)
      jq -e --arg name "consul-$1" '[.Policies[]?.Name] == [$name]' answer.json >command.log && return
      ask PUT "$where" --data-binary @token.json
      ;;
    *) ask PUT acl/token --data-binary @token.json ;;
  esac
  settle "token consul-$1" "$where"
}

# settle WHAT PATH: ends what was just written; where it was refused, another run must have been first.
settle() {
  test "$status" = 200 && say "$1: written" && return
  refused="status $status, $(head -c 200 answer.json)"
  ask GET "$2"
  test "$status" = 200 || die "$1: $refused"
  say "$1: another run was first"
}

acl() {
  enter
  for each in $tokens; do
    policy "consul-$each"
    admit "$each"
  done
}

tokens="server agent gateway"
case $phase in
  secrets) secrets ;;
  acl) acl ;;
  all)
    secrets
    acl
    ;;
  *) die "phase $phase: must be secrets, acl or all" ;;
esac
say "phase $phase: done"
