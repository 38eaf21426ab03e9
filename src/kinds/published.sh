# shellcheck shell=sh
# Chains of ours that DOCKER-USER leads to. Everything else in there is somebody else's.

PUBLISHED_OURS='^harden-published'
PUBLISHED_SCRIPT=$R/etc/docker/harden-published

is_held() { iptables -w 10 -L harden-published -n >/dev/null 2>&1; }

preflight_published() { # OPERATION
  command -v iptables-restore >/dev/null || [ -n "$PACKAGES" ] || refuse no-tool iptables "iptables is not installed"
}

snapshot_published() {
  [ -e "$RUN/undo/published" ] ||
    { keep_filters "$RUN/undo/published-" && echo 'undo_published .' >"$RUN/undo/published"; } || no_undo
}

apply_published() { # OPERATION
  local before after said tool failed
  before=open
  ! is_held || before=held
  failed=
  case $1 in
  load) said=$(sh "$PUBLISHED_SCRIPT" 2>&1) && is_held || failed=1 ;;
  drop)
    true >"$RUN/scratch/nothing"
    for tool in $(families); do
      said=$(load_back "$tool" "$PUBLISHED_OURS" "" "$RUN/scratch/nothing" 2>&1) || { failed=1 && break; }
      # Where Docker has made it, it has rules and a way to it, and stays.
      "$tool" -w 10 -X DOCKER-USER 2>/dev/null
    done
    ! is_held || failed=1
    ;;
  *) said="unknown operation" failed=1 ;;
  esac
  [ -z "$failed" ] || { fail firewall DOCKER-USER "$1:" "$said" && return; }
  after=open
  ! is_held || after=held
  journal "published-$1" DOCKER-USER "$before" "$after"
  own published "$ID" "$before"
}

# undo_published: our chains and the way to them as they were; a chain DOCKER-USER that only we have made goes, where it
# is empty and nothing leads to it.
undo_published() {
  local tool said was is mends
  for tool in $(families); do
    said=$(load_back "$tool" "$PUBLISHED_OURS" "" "$RUN/undo/published-$tool" 2>&1)
    grep -q '^:DOCKER-USER ' "$RUN/undo/published-$tool" || "$tool" -w 10 -X DOCKER-USER 2>/dev/null
    was=$(awk -v ours="$PUBLISHED_OURS" "$RULES_VIEW" "$RUN/undo/published-$tool" | grep -v ' policy ' | sort -s -k 1,1)
    is=$(dump "$tool" filter | awk -v ours="$PUBLISHED_OURS" "$RULES_VIEW" | grep -v ' policy ' | sort -s -k 1,1)
    [ "$was" != "$is" ] || continue
    mends="sh $PUBLISHED_SCRIPT"
    [ -e "$PUBLISHED_SCRIPT" ] || mends=$(unlike "$tool" "$was" "$is")
    amiss published differs "$tool" "the rules for what containers publish are not as they were. What mends that: $mends" "$said"
  done
}

# state_published: the way to our chains; state_firewall has the chains themselves.
state_published() {
  local tool
  for tool in iptables ip6tables; do
    command -v "$tool-save" >/dev/null || continue
    "$tool-save" -t filter 2>/dev/null | sed -n "s/^-A DOCKER-USER .*harden-published/rules $tool filter &/p"
  done
}
