# shellcheck shell=sh
# main VERB ID…, `unban ADDRESS` or `renew dry|due`: the last line of the runtime runs it, so a text that was cut off does nothing.

main() {
  [ "${1-}" != unban ] || unban "${2-}"
  [ "${1-}" != renew ] || certbot_renew "${2-}"
  case ${2-} in '' | *[!0-9A-Za-z-]*) [ $# = 1 ] || exit 64 ;; esac
  case ${1-} in
  begin) begin "$2" ;;
  continue) resume "$2" ;;
  apply) apply "$2" ;;
  early) early "$2" ;;
  deadman) deadman "$2" ;;
  confirm) confirm "$2" ;;
  rollback) rollback "$2" "${3-}" ;;
  status) status "$2" "${3-0}" "${4-now}" ;;
  prune) shift && prune "$@" ;;
  uninstall) uninstall ;;
  *) exit 64 ;;
  esac
}

main "$@"
