#!/usr/bin/env bash
# Brings one revision of a model's weights from the bucket to the disk of this node, once: each file of the revision's
# manifest is fetched, checked and kept, so that a restart goes on where it was; when all are there the folder is renamed
# into place, where the model server looks. Then every other revision goes, and the script waits to be ended.
#
# Needs BUCKET, MODEL, REVISION, ROOT (folder on the disk) and OLD_SECONDS (how long other revisions stay, for servers
# that still run with them, s). PARALLEL is how many files are on their way at once, RETRY_SECONDS the pause between
# two looks for the manifest. Needs bash, coreutils and the AWS CLI, which finds its credentials itself.
set -euo pipefail
shopt -s globstar nullglob dotglob

: "${BUCKET:?}" "${MODEL:?}" "${REVISION:?}" "${ROOT:?}" "${OLD_SECONDS:?}"
parallel=${PARALLEL:-8} retry=${RETRY_SECONDS:-30}
readonly source="s3://$BUCKET/$MODEL/$REVISION" place="$ROOT/$MODEL/$REVISION" partial="$ROOT/.partial/$MODEL/$REVISION"
readonly manifest=manifest.sha256

say() { printf '%s %s@%.12s: %s\n' "$(date -u +%FT%TZ)" "$MODEL" "$REVISION" "$*"; }

# `wait` ends at a signal, a command in the foreground does not.
pause() {
  sleep "$1" &
  wait $!
}

copy() { aws s3 cp "$1" "$2" --only-show-errors; }

# What a line of the manifest says, "<sha256>  <file>", holds of a file.
holds() { printf '%s  %s\n' "$1" "$2" | sha256sum --check --status -; }

# A half-fetched file never has the file's own name.
obtain() {
  local sum=$1 file=$2
  if [[ -f $file ]] && holds "$sum" "$file"; then
    return 0
  fi
  mkdir -p "$(dirname "$file")"
  if ! copy "$source/$file" "$file.part"; then
    say "$file did not come"
    return 1
  fi
  if ! holds "$sum" "$file.part"; then
    rm -f "$file.part"
    say "$file is not what the manifest says; publish the revision anew, or its manifest"
    return 1
  fi
  mv "$file.part" "$file"
}

# Ends with the status of one that failed, if any; `wait -n` tells of each once.
reap() {
  wait -n || failed=1
  running=$((running - 1))
  done=$((done + 1))
  say "$done of $total files"
}

fetch_all() {
  local sum file
  running=0 done=0 failed=0
  while read -r sum file; do
    obtain "$sum" "$file" &
    running=$((running + 1))
    if ((running >= parallel)); then reap; fi
  done <"$manifest"
  while ((running)); do reap; done
  return "$failed"
}

# One line for each file, and none that leads out of the folder.
check_manifest() {
  local sum file
  total=0
  while read -r sum file; do
    if [[ ! $sum =~ ^[0-9a-f]{64}$ || -z $file || $file == /* || /$file/ == */../* ]]; then
      say "$manifest has the line \"$sum  $file\", must have lines of sha256sum for files below it"
      return 1
    fi
    total=$((total + 1))
  done <"$manifest"
  ((total)) || { say "$manifest is empty, must name each file"; return 1; }
}

bring() {
  mkdir -p "$partial"
  cd "$partial"
  rm -f -- **/*.part **/*.part.*
  until copy "$source/$manifest" "$manifest"; do
    say "no $manifest in the bucket yet, looked for again in $retry s"
    pause "$retry"
  done
  check_manifest
  fetch_all || { say "some files failed; they are tried again at the next start"; return 1; }
  cd "$ROOT"
  mkdir -p "$(dirname "$place")"
  mv "$partial" "$place"
}

# Models and revisions are named `owner/name/revision`, so other revisions are two levels down at least.
forget_others() {
  local folder
  for folder in "$ROOT"/**/; do
    folder=${folder%/}
    if [[ -f $folder/$manifest && $folder != "$place" ]]; then
      say "removes ${folder#"$ROOT"/}"
      rm -rf -- "$folder"
    fi
  done
}

trap 'exit 0' TERM
if [[ -d $place ]]; then
  say "is in place"
else
  say "is fetched from $source"
  bring
  say "is in place, $total files"
fi
pause "$OLD_SECONDS"
forget_others
while :; do pause 86400; done
