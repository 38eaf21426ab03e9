# shellcheck shell=sh
# Which paths only root can lead elsewhere: of a run and of the collectors. What root reads or writes through a folder in
# which somebody else can rename or replace things may be any other file by then.
NL='
'
WALKED=      # a line "PATH<TAB>ok<TAB>DEVICE:INODE of its folder" or "PATH<TAB>no<TAB>WHY" of each path that was walked
WALK_LIMIT=3 # seconds that their file systems have to answer
WALK_WHY=    # why the last one that was asked for is not held

# Walks each path of `asked` from / as the kernel does, by what stat(1) says of all paths of `list`, on stdin. What it must know
# besides it prints as "stat PATH", "link PATH", "group GID" or "list PATH"; `told` is what was found of these. Without such a
# need it prints the lines of WALKED. Folders must be root's (or of whoever runs this), and nobody else's to write to: in one
# with the sticky bit, what leads further must be root's. In the last one nobody else may make anything.
# shellcheck disable=SC2016 # awk
WALK='
  function need(word, what) { if (!((word, what) in wanted)) needs = needs word "\t" what "\n"; wanted[word, what] = 1; return "" }
  function name_of(path) { return user[path] == "UNKNOWN" ? "the user " uid[path] : user[path] }
  function group_of(path) { return group[path] == "UNKNOWN" ? gid[path] : group[path] }
  function trusted(path) { return uid[path] == 0 || uid[path] == me }
  function folder_of(path, bits, open) {
    if (path in state) return state[path]
    if (!trusted(path)) return state[path] = path " belongs to " name_of(path)
    bits = sprintf("%04d", mode[path])
    open = substr(bits, 4) ~ /[2367]/ ? "all" : substr(bits, 3, 1) ~ /[2367]/ ? "group" : ""
    if (open == "") return state[path] = "closed"
    if (substr(bits, 1, 1) % 2) return state[path] = "sticky"
    if (open == "all") return state[path] = "everybody can write to " path
    if (gid[path] >= 1000) return state[path] = "the group " group_of(path) " can write to " path
    if (!(gid[path] in members)) return need("group", gid[path])
    if (members[gid[path]] != "") return state[path] = members[gid[path]] " can write to " path " by the group " group_of(path)
    # A unit or a program may give a group to whoever is no member; those of root and of Debian for /usr/local are nobody else.
    if (gid[path] != 0 && gid[path] != 50) return state[path] = "the group " group_of(path) " can write to " path
    if (!(path in list_of)) return need("list", path)
    return state[path] = list_of[path] == "" ? "closed" : path " has an access list by which others can write to it"
  }
  function walk(rest, at, folder, is, word, next_path, links) {
    for (;;) {
      folder = at == "" ? "/" : at
      if (!(folder in known)) return need("stat", folder)
      if (!(folder in type) || type[folder] != "directory") return "ok\t-"
      is = folder_of(folder)
      if (is == "") return ""
      if (is != "closed" && is != "sticky") return "no\t" is
      sub(/^\/+/, "", rest)
      word = rest
      sub(/\/.*/, "", word)
      rest = substr(rest, length(word) + 1)
      if (rest ~ /^\/+$/) rest = ""
      if (word == "" || word == ".") {
        if (rest != "") continue
        return is == "sticky" ? "no\teverybody can write to " folder : "ok\t" id[folder]
      }
      if (word == "..") { sub(/\/[^\/]*$/, "", at); if (rest == "") rest = "/."; continue }
      next_path = at "/" word
      if (!(next_path in known)) return need("stat", next_path)
      if (is == "sticky" && (rest == "" || !(next_path in type))) return "no\teverybody can write to " folder
      if (is == "sticky" && !trusted(next_path)) return "no\t" next_path " belongs to " name_of(next_path)
      if (!(next_path in type)) return "ok\t" (rest == "" ? id[folder] : "-")
      if (type[next_path] == "symbolic link") {
        if (++links > 40) return "no\t" next_path " leads in a circle"
        if (!(next_path in target)) return need("link", next_path)
        if (target[next_path] ~ /^\//) at = ""
        rest = target[next_path] rest
        continue
      }
      if (rest == "") return "ok\t" id[folder]
      at = next_path
    }
  }
  BEGIN {
    FS = "\t"
    many = split(ENVIRON["list"], word, "\n")
    for (i = 1; i <= many; i++) known[word[i]] = 1
    many = split(ENVIRON["told"], line, "\n")
    for (i = 1; i <= many; i++) {
      split(line[i], word, "\t")
      if (word[1] == "link") target[word[2]] = word[3]
      if (word[1] == "group") members[word[2]] = word[3]
      if (word[1] == "list") list_of[word[2]] = word[3]
    }
  }
  { path = $8; type[path] = $1; mode[path] = $2; uid[path] = $3; gid[path] = $4; user[path] = $5; group[path] = $6; id[path] = $7 }
  END {
    if (!("/proc/self/" in uid)) { print "silent"; exit }
    me = uid["/proc/self/"]
    many = split(ENVIRON["asked"], asked, "\n")
    for (i = 1; i <= many; i++) if (asked[i] != "") lines = lines asked[i] "\t" walk(asked[i], "") "\n"
    printf "%s", needs == "" ? lines : needs
  }
'

# walk PATH...: adds their lines to WALKED. Three forks, and some more where there are links or folders of a group.
walk() {
  local asked list told found path word
  asked='' told='' list=/
  for path; do
    asked=$asked$path$NL
    while [ -n "$path" ]; do
      case $NL$list$NL in *"$NL$path$NL"*) break ;; esac
      list=$list$NL$path
      path=${path%/*}
    done
  done
  while :; do
    # shellcheck disable=SC2086 # a path a line
    found=$(
      IFS=$NL
      set -f
      # Of /proc/self the owner is who runs this; it comes last, so it is there when the others have answered.
      timeout -s KILL "$WALK_LIMIT" stat -c '%F	%a	%u	%g	%U	%G	%d:%i	%n' -- $list /proc/self/ 2>/dev/null |
        asked=$asked list=$list told=$told awk "$WALK"
    )
    case $found in
    silent)
      # A file system of a user's: what it leads to is told apart from all the rest.
      if [ $# -gt 1 ]; then
        for path; do walk "$path"; done
        return
      fi
      found="$1	no	a folder that leads to it does not answer"
      break
      ;;
    "stat	"* | "link	"* | "group	"* | "list	"*) ;;
    *) break ;;
    esac
    while IFS='	' read -r word path; do
      case $word in
      stat) list=$list$NL$path ;;
      link) told="$told$word	$path	$(readlink -- "$path")$NL" ;;
      group) told="$told$word	$path	$(walk_members "$path")$NL" ;;
      list) told="$told$word	$path	$(list_writers "$path")$NL" ;;
      esac
    done <<END
$found
END
  done
  WALKED=$WALKED$found$NL
}

# walk_members GID: prints who is in that group of the system's, but root.
walk_members() {
  { getent group "$1"; cat /etc/passwd; } 2>/dev/null | awk -F : -v gid="$1" '
    NF == 4 { names = $4 }
    NF == 7 && $4 == gid && $3 != 0 { names = names "," $1 }
    END {
      many = split(names, name, ",")
      for (i = 1; i <= many; i++) if (name[i] != "" && name[i] != "root") said = said (said == "" ? "" : ", ") name[i]
      printf "%s", said
    }'
}

# access_lists PATH...: a line "list PATH" for each that has an access list: then the group's bits are what that gives at most.
# One fork.
access_lists() {
  lists_ifs=$IFS
  IFS=$NL
  set -f
  # A busybox sh prefers its own ls, which knows of none.
  # shellcheck disable=SC2012 # only paths that were asked for
  for line in $(/usr/bin/ls -dLgo --time-style=+ --quoting-style=literal -- "$@" 2>/dev/null); do
    case $line in ??????????+*) printf 'list /%s\n' "${line#*/}" ;; esac
  done
  set +f
  IFS=$lists_ifs
}

# attribute(PATH, NAME) is lgetxattr(2): empty where there is none, undefined where it can not be read. entitled(LIST, RIGHTS) are tag and
# number of whom an access list gives any of RIGHTS, acl(5): of users and groups but root at most what the mask gives, and of all others.
# shellcheck disable=SC2016 # perl
PERL_LISTS=$PERL_XATTR'
  sub attribute {
    my ($path, $name) = @_;
    return unless $setxattr;
    my ($of, $called) = ("$path\0", "$name\0");
    my ($value, $length);
    # Few are longer than the first size (ERANGE), and none than the second one.
    for my $size (1024, 65536) {
      $value = "\0" x $size;
      $length = syscall $setxattr + 4, $of, $called, $value, $size;
      last unless $length < 0 && $! == 34;
    }
    return $length > 0 ? substr $value, 0, $length : $length == 0 || $! == 61 ? "" : undef;
  }
  sub entitled {
    my ($list, $wanted) = @_;
    my ($mask, @entitled) = (7);
    # Behind the version tag, rights and number of each.
    my @entries = length $list > 4 ? unpack "x4 (vvV)*", $list : ();
    while (my ($tag, $rights, $id) = splice @entries, 0, 3) {
      $mask = $rights if $tag == 0x10;
      push @entitled, [$tag, $id, $rights] if $rights & $wanted && ($tag == 0x20 || (($tag == 2 || $tag == 8) && $id));
    }
    return grep { $_->[0] == 0x20 || $mask & $_->[2] & $wanted } @entitled;
  }
'

# list_writers PATH: a line "list PATH" where its list, or the one (default) with which all begins that is made in it, lets others
# than root write, or can not be read.
list_writers() {
  [ -n "$(access_lists "$1")" ] || return 0
  # shellcheck disable=SC2016 # perl
  perl -e "$PERL_LISTS"'
    for my $name ("access", "default") {
      my $list = attribute($ARGV[0], "system.posix_acl_$name");
      exit 1 if !defined $list || entitled($list, 2);
    }
  ' "$1" >/dev/null 2>&1 || printf 'list %s\n' "$1"
}

# way PATH: a line "MODE(hex) OWNER GROUP PATH" of what it leads to and of each folder above that, and "list PATH" of those with
# an access list; nothing where it leads nowhere, or does not answer.
way() {
  local path
  path=$(timeout -s KILL "$WALK_LIMIT" readlink -e -- "$1") || return 0
  set -- "$path"
  while [ -n "${path%/*}" ]; do
    path=${path%/*}
    set -- "$@" "$path"
  done
  timeout -s KILL "$WALK_LIMIT" stat -c '%f %U %G %n' -- "$@" / && access_lists "$@" /
}

# is_rooted PATH: only root can make it another file than it is. WALK_WHY says who else can. Asked once for each folder.
is_rooted() {
  walked "${1%/*}/." || return 1
  # Nobody else can make a link of it by now.
  [ ! -L "$1" ] || walked "$1"
}

# walked PATH: its line of WALKED, made now if there is none.
walked() {
  case $NL$WALKED in
  *"$NL$1	ok	"*) return 0 ;;
  *"$NL$1	no	"*) ;;
  *)
    walk "$1"
    case $NL$WALKED in *"$NL$1	ok	"*) return 0 ;; esac
    ;;
  esac
  WALK_WHY=${WALKED#*"$1	no	"}
  WALK_WHY=${WALK_WHY%%"$NL"*}
  [ -n "$WALK_WHY" ] || WALK_WHY="its folders could not be read"
  return 1
}
