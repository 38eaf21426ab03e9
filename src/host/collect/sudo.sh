# shellcheck shell=sh disable=SC2154 # what collect.sh and accounts.sh set
# What sudo(8) allows accounts, and by which ways without a password.
SUDO_MOST=16

# sudo NAME...: a frame "sudo NAME" each with what it allows; * stands for the local accounts. Where a rule asks for no password, or may, also
# "through NAME" with the same of each account as which somebody may run something, at most SUDO_MOST, "left COUNT" of more;
# "who NAME" with the names that sudoers has for it, "group #NUMBER" with its name, and "can NAME" with its programs that NAME can change.
collect_sudo() {
  need sudo || return
  need_root || return
  if [ "$1" = '*' ]; then
    read_accounts
    # shellcheck disable=SC2046 # names hold no blanks
    set -- $(printf '%s\n' "$accounts" | awk -F: -v most="$SUDO_MOST" '($3 == 0 || $3 >= 1000) && n++ < most { print $1 }')
  fi
  sudo_seen=' ' sudo_more='' sudo_through=0 sudo_left=0
  for name; do sudo_of sudo "$name"; done
  [ -n "$sudo_more" ] || return 0
  while [ -n "$sudo_more" ]; do
    sudo_next=$(printf '%s\n' "$sudo_more" | sort -u | sudo_users | sort -u) sudo_more=''
    for name in $sudo_next; do
      case $sudo_seen in *" $name "*) continue ;; esac
      if [ "$sudo_through" -lt "$SUDO_MOST" ]; then
        sudo_through=$((sudo_through + 1))
        sudo_of through "$name"
      else
        sudo_left=$((sudo_left + 1)) sudo_seen="$sudo_seen$name "
      fi
    done
  done
  for name in $sudo_seen; do
    printf '\n@%s who %s\n' "$nonce" "$name"
    { id -u -- "$name" | sed 's/^/#/' && id -G -- "$name" | tr ' ' '\n' | sed 's/^/%#/' && id -Gn -- "$name" | tr ' ' '\n' | sed 's/^/%/'; } 2>/dev/null
  done
  [ "$sudo_left" = 0 ] || printf '\n@%s left %s\n' "$nonce" "$sudo_left"
  return 0
}

# sudo_of KIND NAME: its frames; adds as whom it may run something to $sudo_more, where a rule may ask for no password.
sudo_of() {
  sudo_seen="$sudo_seen$2 "
  printf '\n@%s %s %s\n' "$nonce" "$1" "$2"
  # It goes by the number of whoever calls it, and of several names takes the first.
  called=$(getent passwd "$(id -u -- "$2" 2>/dev/null)" | cut -d: -f1)
  sudo_text=$(sudo -n -l -U "${called:-$2}" </dev/null)
  printf '%s\n' "$sudo_text"
  case $sudo_text in *NOPASSWD:* | *'!authenticate'* | *exempt_group*) ;; *) return 0 ;; esac
  sudo_words=$(printf '%s\n' "$sudo_text" | sed -n 's/^    (\([^)]*\)).*/\1/p' | awk -F ' : ' "$sudo_as")
  sudo_more=$sudo_more$NL$(printf '%s\n' "$sudo_words" | sed -n 's/^user //p')
  printf '%s\n' "$sudo_words" | sed -n 's/^group #//p' | while read -r number; do
    printf '\n@%s group #%s\n%s\n' "$nonce" "$number" "$(getent group "$number" | cut -d: -f1)"
  done
  printf '\n@%s can %s\n' "$nonce" "$2"
  sudo_programs=$(printf '%s\n' "$sudo_text" | awk "$sudo_paths" | sort -u | head -n 256)
  sudo_id=$(id -u -- "$2" 2>/dev/null)
  [ -n "$sudo_programs" ] && [ "${sudo_id:-0}" != 0 ] || return 0
  # shellcheck disable=SC2046 # numbers
  printf '%s\n' "$sudo_programs" | timeout 10 perl -e "$sudo_changeable" "$sudo_id" $(id -g -- "$2") $(id -G -- "$2") 3>&- ||
    printf '%s\n' "$sudo_programs" | sed 's/$/\ta folder that could not be read/'
}

# Of the lists of a rule: "user WORD" of each as whom it runs something, but root, and "group #NUMBER". All of them only where root is
# taken out of these.
# shellcheck disable=SC2016 # awk
sudo_as='{ count = split($1, word, ", ")
  for (i = 1; i <= count; i++) if (word[i] !~ /^(!.*|root|#0|%root|%#0)$/ && (word[i] != "ALL" || $1 ~ /!/)) print "user " word[i]
  count = split($2, word, ", ")
  for (i = 1; i <= count; i++) if (word[i] ~ /^#[0-9]+$/) print "group " word[i] }'

# The words of its commands that are paths, as sudo writes them.
# shellcheck disable=SC2016 # awk
sudo_paths='/^    \(/ { gsub(/\\ /, "\001"); count = split($0, word, /,? +/)
  for (i = 1; i <= count; i++) if (word[i] ~ /^\//) { gsub("\001", "\\ ", word[i]); print word[i] } }'

# sudo_users: of words of sudoers, a line each, prints the names of the users.
sudo_users() {
  while read -r word; do
    case $word in
    ALL) read_accounts && printf '%s\n' "$accounts" | cut -d: -f1 ;;
    %*)
      group=${word#%}
      getent group "${group#\#}" | awk -F: '{ print $3; count = split($4, name, ","); for (i = 1; i <= count; i++) print name[i] }' | {
        read -r number || exit
        cat
        awk -F: -v group="$number" '$4 == group { print $1 }' /etc/passwd
      }
      ;;
    *) getent passwd "${word#\#}" | cut -d: -f1 ;;
    esac
  done | while read -r name; do [ "$(id -u -- "$name" 2>/dev/null || echo 0)" = 0 ] || printf '%s\n' "$name"; done
}

# Arguments: the numbers of a user, of its group and of its groups. Input: paths, which may have wildcards. Prints each that the user
# can change, a tab, and the file or folder by which: as the user, by its effective numbers, so that it can't signal the reader.
# shellcheck disable=SC2016 # perl
sudo_changeable='
  my ($uid, $gid, @groups) = @ARGV;
  chomp(my @paths = <STDIN>);
  $) = join " ", $gid, $gid, @groups;
  $> = $uid;
  $> == $uid or exit 4;
  # By faccessat2(2), with W_OK and AT_EACCESS: it knows of access control lists what -w does not.
  sub writes { my $file = "$_[0]"; return syscall(439, -100, $file, 2, 0x200) == 0 || -w $file }
  sub owner { my @stat = lstat $_[0]; return @stat && $stat[4] == $uid }
  sub is_sticky { my @stat = stat $_[0]; return $stat[2] & 01000 }
  # By what a file of that path can be changed, by a folder on its way where that is the way.
  sub by {
    my ($path) = @_;
    my ($at, $links, @left) = ("", 0, split m{/+}, $path);
    while (@left) {
      my $name = shift @left;
      next if $name eq "" || $name eq ".";
      $at =~ s{/[^/]*$}{}, next if $name eq "..";
      my $folder = $at || "/";
      my $writes = writes($folder);
      return $folder if owner($folder) || $writes && !is_sticky($folder);
      if ($name =~ /[*?\[]/) {
        return $folder if $writes;
        opendir my $list, $folder or return;
        my $fits = $name =~ s{([*])|([?]|\[[^\]]+\])|(.)}{$1 ? ".*" : $2 ? "." : quotemeta $3}ger;
        my ($count, @names) = (0, grep { !/^\./ && /^$fits\z/ } readdir $list);
        for (@names) { my $found = $count++ < 256 && by(join "/", $at, $_, @left); return $found if $found }
        return;
      }
      my $file = "$at/$name";
      return $writes ? $folder : undef unless lstat $file;
      return $file if owner($file) && (!-l $file || $writes);
      if (-l $file) {
        my $to = readlink $file;
        return if !defined $to || $links++ > 40;
        $at = "" if $to =~ m{^/};
        unshift @left, split m{/+}, $to;
      }
      else { $at = $file }
    }
    return $at if writes($at) && !(-d $at && is_sticky($at));
    return;
  }
  for my $path (@paths) { my $found = by($path =~ s/\\(.)/$1/gr); print "$path\t$found\n" if $found }
'
