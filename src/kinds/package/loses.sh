# shellcheck shell=sh
# What a purge would take of somebody's, who has made it since a run brought the packages.

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

# Reads lines WORD SUM PATH, then journals; prints `NAME PATH` of each file whose content is neither what a package has
# brought nor what a run of ours has made of that.
# shellcheck disable=SC2016 # awk's own $
LOST='
NR == FNR {
  path = $0
  sub(/^[^ ]+ +[^ ]+ +/, "", path)
  if ($1 == "there") there[path] = 1
  if ($1 == "known") known[path, $2] = 1
  if ($1 == "given") given[path, $2] = 1
  if ($1 == "sha") sha[path] = $2
  if ($1 == "md5") md5[path] = $2
  if ($1 == "of" && !(path in name)) { name[path] = $2; order[++count] = path }
  next
}
function is_given(path, file,   command, words) {
  if (file !~ /backup\/[0-9]+$/) return 0
  command = "md5sum <\047" file "\047 2>/dev/null"
  words = ""
  command | getline words
  close(command)
  return (path, substr(words, 1, 32)) in given
}
{
  split($0, field, "\t")
  path = field[5]
  if (!(path in name) || split(field[7], now, " ") < 2 || now[1] != "file") next
  split(field[6], was, " ")
  file = FILENAME
  sub(/journal$/, "backup/" field[8], file)
  if (was[1] != "file" || (path, was[2]) in known || is_given(path, file)) known[path, now[2]] = 1
}
END {
  for (at = 1; at <= count; at++) {
    path = order[at]
    if (!(path in there) && !((path, sha[path]) in known) && !((path, md5[path]) in given)) print name[path], path
  }
}'

# loses FOLDER NAME…: prints `NAME PATH` for each file that somebody has made or changed since the run of that folder brought
# these packages. What was there before them comes back behind the purge; what ufw and augenrules write, others decide.
loses() {
  local origin name files journals path owner
  origin=$1
  shift
  [ -f "$origin/undo/brought" ] || return 0
  files=$(for name; do risked "$name" | sed "s|^|of $name |"; done)
  [ -n "$files" ] || return 0
  journals=$(runs_in_order "$D/runs" journal)
  # shellcheck disable=SC2086 # paths of runs hold no blanks
  {
    sed 's/^/there - /' "$origin/undo/there"
    sed 's/^/known /' "$origin/undo/brought"
    dpkg-query -W -f '${Conffiles}\n' -- "$@" | sed -n "s|^ *\(/.*\) \([0-9a-f]\{32\}\)\( .*\)\{0,1\}$|given \2 $R\1|p"
    sed "s|^\([0-9a-f]*\) *|given \1 $R|" "$R/var/lib/ucf/hashfile"
    printf '%s\n' "$files"
    printf '%s\n' "$files" | sed 's/^of [^ ]* //' | tr '\n' '\0' | xargs -0 sha256sum | sed 's/^/sha /'
    printf '%s\n' "$files" | sed 's/^of [^ ]* //' | tr '\n' '\0' | xargs -0 md5sum | sed 's/^/md5 /'
  } 2>/dev/null | awk "$LOST" - $journals | while read -r name path; do
    case ${path#"$R"} in /etc/ufw/user*.rules* | /etc/audit/audit.rules | /etc/audit/audit.rules.prev | *.ucf-* | *.dpkg-*) continue ;; esac
    owner=$(dpkg-query -S -- "${path#"$R"}" 2>/dev/null)
    case ${owner%%: *} in '' | "$name" | "$name":*) printf '%s %s\n' "$name" "$path" ;; esac
  done
}
