# shellcheck shell=sh
# ufw's live rules. Only ufw's chains, the jumps to them, and the policies are ours; never a whole ruleset, since
# Docker and fail2ban add to it meanwhile.

UFW_OURS='^(ufw6?-|harden-flows$)'

# families: the tools that this host has; a kernel without IPv6 has only the first.
families() {
  command -v iptables-save >/dev/null || return 0
  echo iptables
  ip6tables -w 10 -L INPUT -n >/dev/null 2>&1 && echo ip6tables
}

# load TOOL OURS POLICIES SAVED: one load that brings SAVED back.
load_back() {
  local loopback text
  loopback=
  grep -q '^IPV6=no' "$R/etc/default/ufw" 2>/dev/null && [ "$1" = ip6tables ] && loopback=1
  # An empty dump still has to count as the first.
  text=$({ echo "# saved" && cat "$4"; } | {
    dump "$1" filter | awk -v ours="$2" -v policies="$3" -v loopback="$loopback" "$RULES_BACK" /dev/fd/3 -
  } 3<&0)
  [ -n "$text" ] || return 0
  # A tool that ends before it has read all says why; the pipe's own error would only stand beside it.
  printf '%s\n' "$text" 2>/dev/null | "$1-restore" -w 10 -n
}

# ufw_files: what `ufw enable` and `ufw reload` write themselves.
ufw_files() { printf '%s\n' "$R/etc/ufw/ufw.conf" "$R/etc/ufw/user.rules" "$R/etc/ufw/user6.rules"; }

preflight_firewall() { # OPERATION
  local tool file
  for file in $(ufw_files); do [ ! -e "$file" ] || preflight_folder "$file" "${file%/*}"; done
  [ -n "$PACKAGES" ] || command -v ufw >/dev/null || refuse no-tool ufw "ufw is not installed"
  for tool in $(families); do
    dump "$tool" >/dev/null ||
      refuse unreadable-rules "$tool" "what $tool-save prints has quotes that don't close: what is whose can't be told, and could not be undone; remove that rule"
  done
}

# keep_filters PREFIX: both families' filter tables as they are before a run, in PREFIXiptables and PREFIXip6tables; false
# where they can't be written whole.
keep_filters() {
  local tool
  for tool in iptables ip6tables; do
    [ ! -e "$1$tool" ] || continue
    if command -v "$tool-save" >/dev/null; then
      dump "$tool" filter >"$1$tool"
    else
      true >"$1$tool"
    fi || return
  done
}

snapshot_firewall() {
  local file
  for file in $(ufw_files); do
    [ ! -e "$file" ] || backup "$file" || { fail_backup "$file" && return; }
  done
}

# keep_firewall: the live rules are kept as they are right before they change, with what others have added by then; of the
# caller's $before.
keep_firewall() { # OPERATION
  local file
  case $1 in
  enable | reload)
    for file in $(ufw_files); do
      [ ! -e "$file" ] || begin_rewrite "$file" || return
    done
    ;;
  esac
  [ ! -e "$RUN/undo/firewall" ] || return 0
  # What an undo runs of ufw's init files.
  case $1:$before in enable:*) echo stop ;; disable:active) echo start ;; *) echo ;; esac >"$RUN/undo/init" &&
    keep_filters "$RUN/undo/" && snapshot_tables && echo 'undo_firewall .' >"$RUN/undo/firewall" &&
    sync "$RUN"/undo/* "$RUN/undo" || no_undo
}

# save_ufw_sysctls: ufw sets these live values at each start.
save_ufw_sysctls() {
  local file key value
  file=$(sed -n 's/^IPT_SYSCTL=//p' "$R/etc/default/ufw" 2>/dev/null | tail -n 1)
  while read -r key value; do
    case $key in
    '') ;;
    */*) save_sysctl "$R/proc/sys/$key" "$value" ;;
    *) sysctl_path "$key" && save_sysctl "$TARGET" "$value" ;;
    esac
  done <<END
$(sed -n 's/^[[:space:]]*\([^#;=[:space:]]*\)[[:space:]]*=/\1 /p' "$R${file:-/etc/ufw/sysctl.conf}" 2>/dev/null)
END
  sync "$RUN"/undo/* "$RUN/undo"
}

# run_ufw WORD…: /run/ufw.lock has the mode that the umask of its first user gave it, and ufw waits for it without a limit. Who
# has waited for ours writes the same files at once.
run_ufw() {
  local ended
  close_lock "$R/run/ufw.lock"
  timeout -k 5 120 ufw "$@" 2>&1
  ended=$?
  end_rewrites
  return $ended
}

# run_init NAME WORD: before.init or after.init, which ufw runs around its start and its stop where it is executable. What it
# prints goes nowhere: a program that it leaves behind would be waited for.
run_init() {
  local file
  file=$R/etc/ufw/$1.init
  [ -n "$2" ] && [ -x "$file" ] || return 0
  timeout -k 5 60 "$file" "$2" </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 8>&- ||
    note not-restored "$file" "ufw runs it with $2, and so did the run; that failed, so that what it has set may not be as it was. Look at what it does, then: $file $2"
}

# before_ufw: what a start of ufw changes beside its rules is kept, and open connections live on.
before_ufw() {
  save_ufw_sysctls
  [ -z "$FAILED" ] && hold_tables || no_undo || return
  let_flows
}

apply_firewall() { # OPERATION
  local before after said failed taken_back tool
  before=inactive
  iptables -w 10 -L ufw-user-input -n >/dev/null 2>&1 && before=active
  keep_firewall "$1" || return
  case $1 in enable | reload) before_ufw || return ;; esac
  case $1 in
  enable)
    said=$(run_ufw --force enable) && iptables -w 10 -L ufw-user-input -n >/dev/null 2>&1 && settle_tables
    ;;
  reload)
    said=$(run_ufw reload) && settle_tables
    ;;
  load)
    said=$(iptables-restore -w 10 -n <"$R/etc/ufw/user.rules" 2>&1) && {
      ! ip6tables -w 10 -L ufw6-user-input -n >/dev/null 2>&1 ||
        said=$(ip6tables-restore -w 10 -n <"$R/etc/ufw/user6.rules" 2>&1)
    }
    ;;
  disable)
    true >"$RUN/scratch/nothing"
    failed=
    [ "$before" = inactive ] || run_init before stop
    for tool in $(families); do
      said=$(load_back "$tool" "$UFW_OURS" 1 "$RUN/scratch/nothing" 2>&1) || { failed=1 && break; }
    done
    [ "$before" = inactive ] || run_init after stop
    # Where ufw was off before the runs that are taken back, its files had added nothing.
    for taken_back in $(undone_runs); do undo_tables "$taken_back"; done
    [ -z "$failed" ] && ! iptables -w 10 -L ufw-user-input -n >/dev/null 2>&1
    ;;
  *)
    said="unknown operation"
    false
    ;;
  esac || { fail firewall ufw "$1:" "$said" && return; }
  made_firewall
  after=inactive
  iptables -w 10 -L ufw-user-input -n >/dev/null 2>&1 && after=active
  journal "firewall-$1" ufw "$before" "$after"
  own firewall "$ID" "$before"
}

# made_firewall: what the step has made of ufw's part, so that a rule of somebody else's can be told from ours.
made_firewall() {
  local tool
  for tool in $(families); do
    # On a full disk half of it would make the rest somebody else's.
    view_of "$tool" >"$RUN/scratch/made" && mv -fT "$RUN/scratch/made" "$RUN/undo/made-$tool"
  done
}

view_of() { dump "$1" filter | awk -v ours="$UFW_OURS" "$RULES_VIEW"; }

# others_rules TOOL: those that somebody has added since to chains that are brought back whole.
others_rules() {
  [ -e "$RUN/undo/made-$1" ] || return 0
  view_of "$1" | sed -n 's/^[^ ]* -A/-A/p' |
    grep -v -x -F -e "$(sed -n 's/^[^ ]* -A/-A/p' "$RUN/undo/made-$1")" -e "$(grep '^-A' "$RUN/undo/$1")"
}

# undo_firewall: ufw's part of the live rules as saved, the others' as they are now.
undo_firewall() {
  local tool theirs said was is word
  word=
  read -r word 2>/dev/null <"$RUN/undo/init"
  run_init before "$word"
  undo_tables "$ID"
  for tool in $(families); do
    theirs=$(others_rules "$tool")
    [ -z "$theirs" ] || note third-version "$tool" "somebody added rules during the run, which go with it: $theirs"
    said=$(load_back "$tool" "$UFW_OURS" 1 "$RUN/undo/$tool" 2>&1)
    was=$(awk -v ours="$UFW_OURS" "$RULES_VIEW" "$RUN/undo/$tool" | sort -s -k 1,1)
    is=$(view_of "$tool" | sort -s -k 1,1)
    [ "$was" = "$is" ] ||
      amiss firewall differs "$tool" "ufw's live rules are not as they were. What mends that: $(unlike "$tool" "$was" "$is")" "$said"
  done
  run_init after "$word"
  # Not with each try once more.
  true >"$RUN/undo/init"
}

# state_firewall: an absent table is as good as an empty one that accepts.
state_firewall() {
  local tool
  for tool in iptables ip6tables; do
    command -v "$tool-save" >/dev/null || continue
    "$tool-save" 2>/dev/null | awk -v tool="$tool" '
      function others(name) { return name ~ /^(f2b-|DOCKER|KUBE-|CNI-|cali-)/ }
      /^\*/ { table = substr($0, 2) }
      /^:/ {
        chain = substr($1, 2)
        if (others(chain)) next
        if ($2 == "-") print "0 " tool " " table " chain " chain
        else if ($2 != "ACCEPT") print "0 " tool " " table " policy " chain " " $2
      }
      /^-A / {
        if (others($2)) next
        for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && others($(i + 1))) next
        # Docker masks its networks itself.
        if (table == "nat" && /docker|172\./) next
        print "1 " tool " " table " " $2 " " $0
      }' | sort -s -k 1,5 | sed 's/^[01] /rules /'
  done
}
