# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# The certificate authorities whose clients the engine lets in on the network.

# engine_authorities: "COUNT PUBLIC PATH" a line for each file that is named as --tlscacert of dockerd, which runs or starts next, or that
# it has by itself, and "end" behind them. COUNT: certificates in it. PUBLIC: "public" where one is of those that come with the system,
# else "-".
collect_engine_authorities() {
  engine_here || return
  need_root || return
  engine_main
  {
    case $engine_pid in '' | 0) ;; *) tr '\0' ' ' <"/proc/$engine_pid/cmdline" ;; esac
    systemctl show -p ExecStart docker.service
    head -qc "$MAX_CONTENT" /etc/default/docker /etc/docker/daemon.json
    echo 'tlscacert=/root/.docker/ca.pem'
  } 2>/dev/null | tr -d '"\047' | sed -n 's|tlscacert[=: ]*/|\n&|gp' | sed -n 's|^tlscacert[=: ]*\(/[^] ,;}]*\).*|\1|p' | sort -u | head -n 8 |
    while IFS= read -r path; do
      [ -f "$path" ] || continue
      engine_text=$(head -c "$MAX_CONTENT" -- "$path" | tr -d '\000\r')
      engine_public=-
      # Two certificates have no whole line alike.
      printf '%s\n' "$engine_text" | grep -E '^[A-Za-z0-9+/]{64}$' | grep -rqFxf - /usr/share/ca-certificates 2>/dev/null &&
        engine_public=public
      printf '%s %s %s\n' "$(printf '%s\n' "$engine_text" | grep -cE '^-----BEGIN (TRUSTED )?CERTIFICATE-----')" "$engine_public" "$path"
    done
  echo end
}
