# shellcheck shell=sh disable=SC2154 # what collect.sh and sshd.sh set
# The collectors of accounts: who they are, their keys, what sudo allows them. See collect.sh.
accounts='' account_names='' accounts_left=0
ACCOUNTS_MOST=256
# Below these lie the records of nss-systemd(8): NAME.user, NAME.group, USER:GROUP.membership.
userdb_above='/etc /run /run/host /usr/local/lib /usr/lib'

# What perl reads of accounts and groups, by glibc, which passes over a line that it can not read.
# shellcheck disable=SC2016 # perl
people_perl='
  my @records = map { glob "$_/userdb/*" } qw('"$userdb_above"');
  my $hangs;
  # The words of nsswitch.conf(5) behind the name of a database.
  sub sources {
    my ($database) = @_;
    return unless -f "/etc/nsswitch.conf" && open my $in, "<", "/etc/nsswitch.conf";
    return map { s/#.*//r =~ /^\s*$database\s*:(.*)/ ? split " ", $1 =~ s/\[[^\]]*\]/ /gr : () } <$in>;
  }
  # What getent(1) prints; undefined where it hangs.
  sub looked_up {
    return if $hangs;
    open my $in, "-|", qw(timeout 5 getent), @_ or return;
    read $in, my $text, 1 << 20;
    close $in;
    $hangs = $? >> 8 == 124;
    return $hangs ? undef : $text;
  }
  # Each line as its fields: of the file, and of records, which are asked for by name, for nss-systemd lists some of them only. Of
  # those of one name the first counts. Undefined where not all could be read; a gshadow that is not there has none.
  sub people {
    my ($database) = @_;
    my @used = grep { /^(files|systemd)$/ } sources($database);
    unshift @used, "files" unless grep { $_ eq "files" } @used;
    my $suffix = $database =~ /^(passwd|shadow)$/ ? "user" : "group";
    my @names = map { m{/([^/]*[^/\d][^/]*)[.]$suffix$}s ? $1 : () } @records;
    my (@lines, %seen);
    for my $source (@used) {
      my @keys = $source eq "files" ? () : ("--", @names);
      next if @keys == 1;
      next if $source eq "files" && $database eq "gshadow" && !-e "/etc/gshadow";
      return if @keys > 1000 || ($source eq "files" && !(-f "/etc/$database" && -r _));
      my $text = looked_up("-s", $source, $database, @keys) // return;
      push @lines, grep { !$seen{$_->[0]}++ } map { [split /:/, $_, -1] } split /\n/, $text;
    }
    return \@lines;
  }
'

# The names of records, as the begin of a line of passwd(5).
recorded_users() {
  for record_above in $userdb_above; do
    for record in "$record_above"/userdb/*.user; do
      [ ! -e "$record" ] || { record=${record##*/} && printf '%s::\n' "${record%.user}"; }
    done
  done
}

# read_accounts NAME...: passwd(5) lines of those, and of at most ACCOUNTS_MOST local accounts with a login shell, into
# $accounts; how many more there are, into $accounts_left. Once, unless others are named.
# shellcheck disable=SC2016,SC2086 # awk; names hold no blanks
read_accounts() {
  for name; do
    case $NL$account_names$NL in *"$NL$name$NL"*) ;; *) accounts='' ;; esac
  done
  [ -z "$accounts" ] || return 0
  account_names=$(recorded_users | NAMES="$*" awk -F: -v most="$ACCOUNTS_MOST" 'BEGIN { count = split(ENVIRON["NAMES"], name, " ")
    for (i = 1; i <= count; i++) if (!(name[i] in seen)) { seen[name[i]] = 1; print name[i] } }
    !($1 in seen) && NF > 1 && /^[^#:-]/ && $7 !~ /\/(nologin|false|sync)$/ { seen[$1] = 1; if ($1 !~ /[ \t]/ && n++ < most) print $1; else left++ }
    END { if (left) print ":" left }' /etc/passwd -)
  case $account_names in *"$NL":*) accounts_left=${account_names##*:} account_names=${account_names%"$NL":*} ;; esac
  set -f
  accounts=$(getent passwd $account_names)
  set +f
}

# What leaves the host of a line of shadow(5): never the hash, only what kind of one it is; then the first days, since 1970, on
# which the account has ended, and on which its password must be changed. To chage(1), too, 10000 days are never. A hash
# that passwd(5) has in place of its x is the one that counts.
# shellcheck disable=SC2016 # awk
shadow_flags='function kind(hash) { return hash ~ /^!/ ? "locked" : hash == "" ? "empty" : hash ~ /^\*/ ? "none" : "set" }
{ state = kind($1 in own ? own[$1] : $2)
  delete own[$1]
  due = $3 == "" || $5 == "" || $5 < 0 || $5 >= 10000 ? "-" : $3 + $5 + 1
  print "shadow:" $1 ":" state ":" ($8 < 0 ? "-" : $8) ":" ($3 == "0" ? 0 : due) }'

# Of passwd(5), where the first line of a name counts, then of the lines of shadow(5) that are asked for, then, behind a line "groups", what groups(1) prints.
accounts_told='FNR == NR { if (!($1 in there) && $2 != "x") own[$1] = $2; there[$1] = 1; if ($3 in first) print "called:" $3 ":" first[$3]; else first[$3] = $1; next }
  $0 == "groups" { behind = 1; for (name in own) print "shadow:" name ":" kind(own[name]) ":-:-"; next }
  behind { gsub(/ +:? */, " "); sub(/ /, ":"); gsub(/ /, ","); print "groups:" $0; next }
'"$shadow_flags"

# accounts NAME...: passwd(5) without password and GECOS, groups, kind of password, and whether the shell can be run;
# "called:UID:NAME" with the first name of each number that has several.
# shellcheck disable=SC2086 # names hold no blanks
collect_accounts() {
  need getent || return
  read_accounts "$@"
  printf 'now:%s\nleft:%s\n' "$(date +%s)" "$accounts_left"
  [ -e /etc/nologin ] || [ -e /run/nologin ] && printf 'nologin:\n'
  set -f
  {
    [ "$uid" != 0 ] || getent shadow $account_names
    echo groups
    groups $account_names
  } | awk -F: "$accounts_told" /etc/passwd -
  set +f
  printf '%s\n' "$accounts" | while IFS=: read -r name _ number group _ home shell; do
    runs=no
    [ -x "${shell:-/bin/sh}" ] && runs=yes
    printf 'account:%s:%s:%s:%s:%s:%s\n' "$name" "$number" "$group" "$home" "$shell" "$runs"
  done
}
