# shellcheck shell=sh
# Files: what they look like, atomic replacement, backups, and putting the original back.

# resolve PATH: sets TARGET to the file that a write goes to. A link is written through and stays a link.
resolve() {
  TARGET=$1
  if [ -L "$1" ]; then TARGET=$(readlink -f -- "$1") && [ -e "$TARGET" ] || return 1; fi
}

# folder_of PATH: sets FOLDER to the folder that an absolute path is in. Without a fork: of each file it is asked many times.
folder_of() {
  FOLDER=${1%/*}
  FOLDER=${FOLDER:-/}
}

# sync_folder PATH: what has become of the path lasts.
sync_folder() {
  folder_of "$1"
  sync "$FOLDER"
}

# look PATH: sets SEEN to `absent`, `file SHA256 MODE OWNER GROUP`, `link TARGET`, `dir - MODE OWNER GROUP` or `other`; to
# `unheld` where somebody else than root decides which file that is: nothing of it is read then.
look() {
  local sha
  if ! is_rooted "$1"; then
    SEEN=unheld
  elif [ -L "$1" ]; then
    SEEN="link $(readlink -- "$1")"
  elif [ -f "$1" ]; then
    sha=$(sha256sum <"$1") || sha=unreadable
    SEEN="file ${sha%% *} $(stat -c '%04a %U %G' -- "$1")"
  elif [ -d "$1" ]; then
    SEEN="dir - $(stat -c '%04a %U %G' -- "$1")"
  elif [ -e "$1" ]; then
    SEEN=other
  else
    SEEN=absent
  fi
}

# temporary TARGET NUMBER: sets TEMPORARY: in the same folder, hidden, and with no ending that a daemon reads.
temporary() {
  folder_of "$1"
  TEMPORARY=$FOLDER/.harden.$ID.$2
}

# like FROM TO: a copy that cp -a has made of a regular file gets what that leaves out: its flags of chattr(1), and no access
# list but its own, whatever the default one of the folder is. As far as the file system allows it.
# shellcheck disable=SC2016 # perl
like() {
  perl -e "$PERL_BESIDE"'my ($from, $to); open $from, "<", $ARGV[0] and open $to, "<", $ARGV[1] and set_beside($to, beside($from))' -- "$@" || :
} 2>/dev/null

# backup PATH: sets BACKUP to the number of the path's backup in this run, made now if there is none.
# A number stands for one resolved path and its state before the run touched it.
backup() {
  local known expected
  quote "$1"
  if known=$(grep -F -e " $QUOTED " "$RUN/undo/file" 2>/dev/null); then
    known=${known#undo_file }
    BACKUP=${known%% *}
    return 0
  fi
  BACKUP=$(($(wc -l <"$RUN/undo/file") + 1))
  look "$1"
  case $SEEN in
  absent) ;;
  file* | link*)
    cp -a -- "$1" "$RUN/backup/$BACKUP" || return 1
    case $SEEN in file*) like "$1" "$RUN/backup/$BACKUP" ;; esac
    expected=$SEEN
    look "$RUN/backup/$BACKUP"
    [ "$SEEN" = "$expected" ] || return 1
    keep_spare "$1" || return 1
    ;;
  *) return 1 ;;
  esac
  case $SEEN in
  link*) quote "$1" "$SEEN" ;;
  *) quote "$1" $SEEN ;;
  esac
  printf 'undo_file %s %s .\n' "$BACKUP" "$QUOTED" >>"$RUN/undo/file"
}

# each_saved FUNCTION [KIND]: calls it with the words of each undo line of the kind, of files NUMBER PATH KIND… . of each
# that the run has saved.
each_saved() {
  local line kind
  kind=${2-file}
  [ -f "$RUN/undo/$kind" ] || return 0
  while IFS= read -r line; do
    case $line in "undo_$kind "*" .") eval "$1 ${line#"undo_$kind "}" ;; esac
  done <"$RUN/undo/$kind"
}

# original RUN NUMBER: sets KIND to what that run's backup says of the path: absent, file, link or unknown.
original() {
  local found
  KIND=unknown
  found=$(grep -e "^undo_file $2 " "$D/runs/$1/undo/file" 2>/dev/null | grep ' \.$') || return 1
  KIND=absent
  if [ -L "$D/runs/$1/backup/$2" ]; then
    KIND=link
  elif [ -f "$D/runs/$1/backup/$2" ]; then
    KIND=file
  else
    case $found in *" 'absent' .") ;; *) KIND=unknown && return 1 ;; esac
  fi
}

# wrote NUMBER SHA: what we are about to make of a path, so that a third version can be told from ours;
# `any` while a program writes it for us.
wrote() { printf '%s\n' "$2" >>"$RUN/wrote/$1" && sync "$RUN/wrote/$1"; }

# begin_rewrite PATH: a program of a step is about to write it, and whatever comes of it is ours until end_rewrites. False, and
# told, where somebody else has written it since it was saved.
begin_rewrite() {
  backup "$1" || { fail_backup "$1" && return 1; }
  look "$1"
  sha_of $SEEN
  case $SEEN in
  link*) quote "$1" "$SEEN" ;;
  absent) quote "$1" absent ;;
  *) quote "$1" file "$SHA" ;;
  esac
  grep -qF -e "undo_file $BACKUP $QUOTED " "$RUN/undo/file" || grep -qxF -e "$SHA" "$RUN/wrote/$BACKUP" 2>/dev/null ||
    { fail stale "$1" "somebody has changed it since the run began; found: $SEEN" && return 1; }
  wrote "$BACKUP" any || no_undo
}

# end_rewrites: the program has done its work: from here on any other content is somebody else's.
end_rewrites() {
  local rewritten
  rewritten=$(grep -l -x any "$RUN"/wrote/* 2>/dev/null) || return 0
  each_saved end_rewrite
}

# end_rewrite NUMBER PATH KIND… .: of the caller's $rewritten.
end_rewrite() {
  case "$rewritten
" in *"/wrote/$1
"*) ;; *) return 0 ;; esac
  look "$2"
  sha_of $SEEN
  { grep -v -x any "$RUN/wrote/$1"; printf '%s\n' "$SHA"; } >"$RUN/scratch/wrote" && sync "$RUN/scratch/wrote" &&
    mv -fT "$RUN/scratch/wrote" "$RUN/wrote/$1"
}

# sha_of WORD…: sets SHA to what `wrote` would say of what `look` has seen.
sha_of() {
  SHA=${2-}
  [ "$1" != absent ] || SHA=absent
}

# swap TEMPORARY TARGET: the new content becomes the file, or nothing has happened.
swap() { sync "$1" && mv -fT -- "$1" "$2" && sync_folder "$2"; }

# put_back NUMBER PATH KIND: what the run RUN saved becomes the path again. Sets IN_THE_WAY where there is no room for it.
put_back() {
  local said
  is_rooted "$2" || return 1
  [ "$3" = absent ] || make_folder "$2"
  temporary "$2" "$1"
  case $3 in
  absent)
    rm -f -- "$2" && { [ ! -d "$FOLDER" ] || sync "$FOLDER"; } && leave_folder "$2"
    ;;
  link | file)
    rm -f -- "$TEMPORARY"
    # Where whatever filled the disk is quicker than we are, the backup itself becomes the file: that takes no room.
    { said=$(cp -a -- "$RUN/backup/$1" "$TEMPORARY" 2>&1) || take_spare "$2" "$1" || ln -f -- "$RUN/backup/$1" "$TEMPORARY"; } 2>/dev/null &&
      { [ "$3" = link ] || { like "$RUN/backup/$1" "$TEMPORARY" && sync "$TEMPORARY"; }; } && mv -fT -- "$TEMPORARY" "$2" && sync_folder "$2" && return
    case $said in *'No space left'* | *'quota exceeded'*) IN_THE_WAY="no room: $(space_of "$2")" ;; esac
    rm -f -- "$TEMPORARY"
    false
    ;;
  *) return 1 ;;
  esac
}

# own_folder FOLDER: one that comes and goes with the file in it: a unit's folder of drop-ins, of which an empty one means
# nothing, or one that a run has made.
own_folder() {
  case $1 in
  "$UNITS"/*/*) ;;
  "$UNITS"/*.d) return 0 ;;
  esac
  grep -q -x -F -e "$1" "$D"/runs/*/undo/new-folders 2>/dev/null
}

# make_folder TARGET, leave_folder TARGET: for a new file of such a folder, and for one that is gone.
make_folder() {
  if [ -d "${1%/*}" ]; then return 0; fi
  if ! own_folder "${1%/*}"; then
    folder_back "${1%/*}"
    return
  fi
  (make_folder "${1%/*}") && mkdir -m 755 -- "${1%/*}" && sync_folder "${1%/*}"
}

leave_folder() {
  local left
  left=${1%/*}
  while own_folder "$left" && rmdir -- "$left" 2>/dev/null; do left=${left%/*}; done
  return 0
}

# new_folder FOLDER: notes, before it is made, that this run makes it, with all that is missing above it.
new_folder() {
  while [ ! -d "$1" ]; do
    printf '%s\n' "$1" >>"$RUN/undo/new-folders" || return 1
    set -- "${1%/*}"
  done
  sync "$RUN/undo/new-folders" "$RUN/undo"
}

# folder_back FOLDER: one that was there before a package, and that the purge took, as it was.
folder_back() {
  local known
  [ ! -d "$1" ] && [ -f "$RUN/undo/folders" ] && [ "$1" != "$R" ] || return 0
  known=$(folder=$1 awk '{ owner = $1 " " $2 ":" $3; sub(/^[^ ]* [^ ]* [^ ]* /, "") } $0 == ENVIRON["folder"] { print owner; exit }' \
    "$RUN/undo/folders")
  [ -n "$known" ] || return 0
  (folder_back "${1%/*}")
  mkdir -m "${known% *}" -- "$1" && chown "${known#* }" -- "$1"
}
