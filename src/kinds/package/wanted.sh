# shellcheck shell=sh
# What the host has come to need of the packages that a run brought, and that are to go again.

apt_words='-q -q -o Debug::NoLocking=true --simulate'

# wanted ALONG NAME…: prints `NAME WHY` for each that has to stay. ALONG: those that came with others, unasked. What is gone
# already, as where power was lost in a purge, has no mark of apt's any more.
wanted() {
  local along gone automatic name needing
  along=$1
  shift
  automatic=" $(apt-mark showauto 2>/dev/null | tr '\n' ' ') "
  gone=' '
  for name in "$@"; do
    in_dpkg "$name"
    case $STATUS in none | config) continue ;; esac
    case " $along " in *" $name "*) ;; *) gone="$gone$name " && continue ;; esac
    case $automatic in
    *" $name "*) gone="$gone$name " ;;
    *) printf '%s it is marked as manually installed by now\n' "$name" ;;
    esac
  done
  [ "$gone" != ' ' ] && [ -n "$(goes_with $gone)" ] || return 0
  for name in $gone; do
    needing=$(goes_with "$name")
    [ -z "$needing" ] || printf '%s it is needed by %s\n' "$name" "${needing% }"
  done
}

# goes_with NAME…: prints what a removal would take along that is not of the caller's $gone.
goes_with() {
  local other
  for other in $(TMPDIR=/run apt-get $apt_words purge "$@" 2>/dev/null </dev/null | sed -n 's/^\(Purg\|Remv\) \([^ ]*\) .*/\2/p'); do
    case $gone in *" $other "*) ;; *) printf '%s ' "$other" ;; esac
  done
}

# sudo_used NAME…: where sudo is one of these: by whom it is used to become root, beside whom a file of ours says.
sudo_used() {
  local group users
  case " $* " in *" sudo "*) ;; *) return 0 ;; esac
  group=$(getent group sudo)
  users=$({
    printf '%s\n' "${group##*:}" | tr ',' '\n'
    getent passwd | awk -F : -v group="$(printf '%s' "$group" | cut -d : -f 3)" '$4 == group { print $1 }'
    find "$R/etc/sudoers.d" -type f ! -name '*[.~]*' ! -name README ! -name zz-harden -print 2>/dev/null
  } | sed '/^$/d' | head -n 9 | tr '\n' ' ')
  [ -z "$users" ] || printf 'sudo it makes others root, by its group or its rules: %s\n' "${users% }"
}
