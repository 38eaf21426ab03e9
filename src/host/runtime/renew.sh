# shellcheck shell=sh
# certbot's renewal, asked for at once and by no run: a certificate that was fetched can't be given back.
RENEW_LIMIT=3600   # seconds that certbot may take
PORT_BACK_LIMIT=10 # seconds that whatever held port 80 has to come back
RENEW_SAID=98304   # bytes of certbot's words that are told
START_HOOK=/etc/letsencrypt/renewal-hooks/post/harden-start-service.sh
STOPPED_MARK=/etc/letsencrypt/harden-stopped-for-renewal

# certbot_renew dry|due: certbot tries all certificates, or renews those that are due. Notes `ended STATUS` and its words; ends
# `renewed`, or `refused` where it can't be started. It goes on when nobody listens any more.
certbot_renew() {
  local said code was chunk
  TALK=1
  trap '' PIPE HUP
  case $1 in
  dry) set -- --dry-run ;;
  due) set -- ;;
  *) exit 64 ;;
  esac
  PATH=$PATH:/usr/local/bin:/snap/bin
  command -v certbot >/dev/null && said=$(mktemp "$R/run/harden-renew.XXXXXX") || {
    emit refused certbot - "$(b64 "certbot could not be started")" -
    finish refused
  }
  was=$(port_80)
  emit progress renewing -
  # In a session of its own, so that nothing of the connection's end reaches it. Standard input is none, so certbot would
  # wait up to eight minutes for the sake of its servers.
  /usr/bin/env setsid -w timeout "$RENEW_LIMIT" certbot renew --non-interactive --no-random-sleep-on-renew "$@" >"$said" 2>&1 </dev/null
  code=$?
  # A certbot that is killed runs no post-hook.
  [ "$code" -lt 124 ] || [ ! -x "$R$START_HOOK" ] || "$R$START_HOOK" >>"$said" 2>&1 </dev/null
  [ -z "$was" ] || [ -e "$R$STOPPED_MARK" ] || await "$PORT_BACK_LIMIT" port_80_held
  head -c "$RENEW_SAID" -- "$said" | base64 -w 4000 | while read -r chunk; do emit note output - "$chunk"; done
  rm -f "$said"
  emit note ended "$(b64 "$code")" -
  finish renewed
}

port_80() { ss -Hltn 'sport = :80' 2>/dev/null; }
port_80_held() { [ -n "$(port_80)" ]; }
