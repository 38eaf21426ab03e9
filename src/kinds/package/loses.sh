# shellcheck shell=sh
# What of /etc goes with a package.

# named_in_etc: what a package's script removes at a purge, as far as it names it.
named_in_etc() { grep -o '/etc/[A-Za-z0-9._/-]*[A-Za-z0-9]'; }

conffiles() { dpkg-query -W -f '${Conffiles}\n' -- "$1" 2>/dev/null | awk 'NF { print $1 }'; }

# own_folders NAME: prints those of /etc in which the package, and no other, has files. What ends in .d, others read.
own_folders() {
  local folder others
  conffiles "$1" | sed -n 's|^\(/etc/[^/]*\)/[^/]*$|\1|p' | sort -u | while IFS= read -r folder; do
    case $folder in *.d | /etc/default) continue ;; esac
    others=$(dpkg-query -S -- "$folder/*" 2>/dev/null | grep -v -e "^$1[:,]" | sed -n "s|^.*: \($folder/[^/]*\)$|$R\1|p" |
      while IFS= read -r file; do [ -d "$file" ] || echo "$file"; done)
    [ -n "$others" ] || printf '%s\n' "$R$folder"
  done
}

# risked NAME: prints the files of /etc that go with the package: its conffiles, what its script names, all in its own folders.
risked() {
  local file
  {
    {
      conffiles "$1"
      named_in_etc <"$(dpkg-query --control-path "$1" postrm)"
    } | sed "s|^|$R|"
    own_folders "$1" | tr '\n' '\0' | xargs -0 -r sh -c 'find "$@" -type f -print -o -type l -print' find
  } 2>/dev/null | sort -u | while IFS= read -r file; do
    if [ -f "$file" ] || [ -L "$file" ]; then printf '%s\n' "$file"; fi
  done
}
