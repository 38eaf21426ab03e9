# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What the next renewal meets: what starts certbot, its plugins, and who holds the port on which it answers.
CRON_FILES_MOST=200 CRON_FILE_MOST=65536

# renewal_next ROOT: lines of words with tabs between them: "unit ID KEY VALUE" of what systemd says of certbot's timers and services
# and of cron's, "unit ID Renews yes" of a service that runs certbot renew, and "option ID KEY true" of its words; "cron PATH MODE UID
# LINKS LINK-UID ENDED" of each file of cron that calls it, and of /etc/crontab; "entry PATH USER KNOWN WHAT FIELD..." of each of its
# lines; "anacron yes"; "plugin NAME"; "held PORT yes|unread" where somebody listens, with "holder PORT PROCESS PID UNIT" of those
# that were found; "published FOLDER NAME"
# of containers on port 80 as compose knows them; "foreign ADDRESS" of those that this host has not; "end".
collect_renewal_next() {
  need_root || return
  [ -d "$1" ] || return "$ABSENT"
  renewal_units
  renewal_crons
  [ ! -x /usr/sbin/anacron ] || printf 'anacron\tyes\n'
  renewal_plugins "$(certbot_path)"
  renewal_ports "$1"
  printf 'end\tyes\n'
}

# renewal_units: of ExecStart only words that decide whether anything is renewed.
renewal_units() {
  systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,WantedBy,RequiredBy,Unit,TimersCalendar,TimersMonotonic \
    -p ExecStart,ConditionResult,ConditionTimestampMonotonic -- certbot.timer snap.certbot.renew.timer certbot.service \
    snap.certbot.renew.service cron.service cronie.service cron.target anacron.timer 2>/dev/null | awk '
      function told(at) {
        for (at = 1; at <= count; at++) { split(line[at], part, "\n"); print part[1] "\t" id "\t" part[2] }
        count = 0
      }
      $0 == "" { told(); next }
      { key = value = $0; sub(/=.*/, "", key); sub(/^[^=]*=/, "", value); gsub(/\t/, " ", value) }
      key == "Id" { id = value; next }
      key != "ExecStart" { line[++count] = "unit\n" key "\t" value; next }
      /certbot.*renew/ { line[++count] = "unit\nRenews\tyes" }
      {
        many = split(value, word, " ")
        for (at = 1; at <= many; at++)
          if (word[at] ~ /^--(dry-run|staging|test-cert|no-directory-hooks|no-autorenew|pre-hook)$/)
            line[++count] = "option\n" substr(word[at], 3) "\ttrue"
      }
      END { told() }'
}

renewal_crons() {
  local path user rest tab known
  tab=$(printf '\t')
  set --
  for path in /etc/crontab /etc/cron.d/* /etc/cron.daily/* /var/spool/cron/crontabs/root; do
    [ -f "$path" ] && [ $# -lt "$CRON_FILES_MOST" ] || continue
    # The line of its package in cron is for hosts without systemd.
    [ "$path" = /etc/crontab ] || head -c "$CRON_FILE_MOST" -- "$path" 2>/dev/null |
      grep -v -e '^[[:blank:]]*#' -e '-d /run/systemd/system' | grep -q 'certbot.*renew' || continue
    set -- "$@" "$path"
  done
  for path; do
    printf 'cron\t%s\t%s\t%s\t%s\n' "$path" "$(stat -L -c '%a	%u	%h' -- "$path")" "$(stat -c %u -- "$path")" \
      "$([ "$(tail -c 1 -- "$path" | od -An -tx1 | tr -d ' ')" = 0a ] && echo yes || echo no)"
    case $path in /etc/cron.daily/*) continue ;; esac
    head -c "$CRON_FILE_MOST" -- "$path" 2>/dev/null | cron_entries "$path" | while IFS=$tab read -r user rest; do
      known=no
      ! id -u -- "$user" >/dev/null 2>&1 || known=yes
      printf 'entry\t%s\t%s\t%s\t%s\n' "$path" "$user" "$known" "$rest"
    done
  done
}

# cron_entries PATH: of each line of a file of cron on stdin that sets no variable: the user as whom it runs, what it does, and when.
# A command may hold a password, and stays here.
cron_entries() {
  NAME=$1 awk '
    BEGIN { form = "^(@[a-z]+|([0-9*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+)$" }
    /^[ \t]*(#|$)/ { next }
    /^[ \t]*("[^"]*"|\047[^\047]*\047|[^ \t"\047=]+)[ \t]*=[ \t]*("[^"]*"|\047[^\047]*\047|[^"\047].*)?[ \t\r]*$/ { next }
    {
      when = $1 ~ /^@/ ? 1 : 5
      user = ENVIRON["NAME"] ~ /^\/var\/spool/ ? "root" : $(when + 1)
      if (user !~ /^[A-Za-z_][A-Za-z0-9._-]*$/ || NF < when + (ENVIRON["NAME"] ~ /^\/var\/spool/ ? 1 : 2)) user = "-"
      what = "other"
      if (/run-parts.*\/etc\/cron\.daily/) what = "daily"
      if (/certbot.*renew/ && !/-d \/run\/systemd\/system|--(dry-run|staging|test-cert)/) what = "renew"
      text = ""
      for (at = 1; at <= when; at++) text = text "\t" (tolower($at) ~ form ? substr($at, 1, 200) : "-")
      print user "\t" what text
    }'
}

# renewal_plugins CERTBOT: of the Python that runs it.
renewal_plugins() {
  local real
  real=$(readlink -f -- "$1")
  case $real in
  */snap) set -- /snap/certbot/current/lib/python3*/site-packages /snap/certbot-*/current/lib/python3*/site-packages ;;
  /usr/bin/*) set -- /usr/lib/python3/dist-packages /usr/local/lib/python3*/dist-packages ;;
  *) set -- "${real%/bin/*}"/lib/python3*/site-packages "${real%/bin/*}"/lib/python3*/dist-packages ;;
  esac
  for real; do cat -- "$real"/*-info/entry_points.txt; done 2>/dev/null | head -c 1048576 | awk '
    /^\[/ { ours = $0 ~ /^\[(certbot|letsencrypt)\.plugins\]/; next }
    ours && match($0, /^[^ =]+/) { print "plugin\t" substr($0, 1, RLENGTH) }'
}

# renewal_ports ROOT: the ports and addresses of standalone, as certbot keeps them and as cli.ini sets them.
renewal_ports() {
  local port address
  for port in 80 $(renewal_values "$1" port | grep -xE '[0-9]{1,5}'); do
    if ! have ss; then
      printf 'held\t%s\tunread\n' "$port"
    elif [ -n "$(ss -Htln "sport = :$port" 2>/dev/null | head -n 1)" ]; then
      printf 'held\t%s\tyes\n' "$port"
      port_holders "$port" | renewal_holders | sed "s/^holder/&	$port/"
    fi
  done
  for address in $(renewal_values "$1" address | grep -xE '[0-9A-Fa-f.:]+'); do
    renewal_binds "$address" || printf 'foreign\t%s\n' "$address"
  done
  have docker || return 0
  timeout 5 docker ps --filter publish=80 --format 'published	{{.Label "com.docker.compose.project.working_dir"}}	{{.Label "com.docker.compose.service"}}' 2>/dev/null
  return 0
}

renewal_values() { # ROOT NAME
  cat -- "$1"/renewal/*.conf "$1/cli.ini" 2>/dev/null | head -c 1048576 |
    sed -n "s/^[[:blank:]]*http-\{0,1\}01[_-]$2[[:blank:]]*[=:]*[[:blank:]]*[\"']*\([^[:blank:]\"'#]*\).*/\1/p" | sort -u | head -n 5
}

# renewal_binds ADDRESS: whether this host has it; on a port that the kernel picks, and nothing listens.
renewal_binds() {
  perl -MSocket=:all -e '
    my $socket;
    my ($error, $at) = getaddrinfo($ARGV[0], undef, { flags => AI_NUMERICHOST, socktype => SOCK_STREAM });
    exit 1 if $error;
    socket($socket, $at->{family}, SOCK_STREAM, 0) && bind($socket, $at->{addr}) or exit 1' -- "$1" 2>/dev/null
}
