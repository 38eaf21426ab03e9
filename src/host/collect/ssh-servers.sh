# shellcheck shell=sh disable=SC2154,SC2016,SC2034 # what collect.sh, sockets.sh, inventory.sh and sshd.sh set; perl; what they read
# What listens for others than the host, by program, and what of it is an ssh server beside the one that ssh.service or
# ssh.socket runs. Users have as many sockets and processes as they like: those of the system come first, each part has a
# limit in seconds of processor time, and of a user's process only what the kernel itself says is read.
SERVERS_SECONDS=3 BANNERS_MOST=32 SSHDS_MOST=16

# "listener<TAB>NAME<TAB>PROTOCOL<TAB>PORT<TAB>PROGRAM<TAB>OWNER<TAB>ssh, namespace or -", "server<TAB>NAME<TAB>PORT<TAB>COMMAND LINE" of each
# OpenSSH server, and "ssh<TAB>NAME<TAB>KIND<TAB>DETAIL…" of others; with the lines of inventory.sh.
ssh_servers_perl='
  my ($seconds, $banners, $sshds, $main) = @ARGV;
  my %user;
  for (lines("/etc/passwd")) { my ($name, undef, $uid) = split /:/; $user{$uid} //= $name if defined $uid }
  my ($low, $high) = split " ", text("/proc/sys/net/ipv4/ip_local_port_range") // "32768 60999";

  # Those of users last; of a port that the kernel picked, UDP is what a program sends from.
  my (@sockets, %of);
  my @tables = map { ["/proc", $_] } qw(tcp tcp6 udp udp6);
  push @tables, map { ([$_, "tcp"], [$_, "tcp6"]) } namespaces($seconds);
  $until = now() + $seconds;
  for (@tables) {
    my ($folder, $name) = @$_;
    my $protocol = substr $name, 0, 3;
    my $in = table($name, $folder) or next;
    while (my ($local, undef, $state, $inode, $uid) = row($in)) {
      if ($state ne ($protocol eq "tcp" ? "0A" : "07")) { last if $protocol eq "tcp"; next }
      my ($hex, $port) = split /:/, $local;
      my $address = address($hex);
      $port = hex $port;
      my $picked = $port >= $low && $port <= $high;
      # Of what this host alone reaches only sockets of root count: its users reach them.
      my $near = near($address);
      next if !$port || ($near && ($uid ne "0" || $folder ne "/proc")) || ($picked && $protocol eq "udp");
      my $theirs = $uid >= 1000 && $uid < 65534;
      my $key = $theirs ? "$folder $protocol $address $port $uid" : $inode;
      next if $of{$inode} || ($theirs && $of{$key}++);
      $of{$inode} = $key;
      my $where = $folder eq "/proc" ? "" : " in a network namespace";
      push @sockets, {key => $key, inode => $inode, protocol => $protocol, address => $address, port => $port, uid => $uid, theirs => $theirs, picked => $picked, where => $where, near => $near};
    }
  }
  my $many = "there are too many sockets to list them in $seconds s of processor time";
  if ($late) { unread($_, $many) for qw(listener ssh) }
  @sockets = sort { $a->{theirs} <=> $b->{theirs} || $a->{port} <=> $b->{port} || $a->{key} cmp $b->{key} } @sockets;

  my $end = now() + $seconds;
  my %owner = owners({map { ($_->{inode}, $_->{key}) } @sockets}, $seconds);
  my $unfound = now() > $end;
  @sockets = grep { !$_->{where} || !in_container(($owner{$_->{key}} // "") =~ s/ .*//sr) } @sockets;

  # What systemd holds for others, by what it starts.
  my %held;
  if (opendir my $fds, "/proc/1/fd") { for (readdir $fds) { $held{$1} = 1 if (readlink "/proc/1/fd/$_" // "") =~ /^socket:\[(\d+)\]$/ } }
  my %unit;
  my @local = local_sockets($seconds);
  if (grep { $held{$_->{inode}} } @sockets, @local) {
    for (split /\n\n/, `systemctl show -p Id,Listen,Triggers,Accept -- "*.socket" 2>/dev/null`) {
      my ($id) = /^Id=(.*)$/m or next;
      my ($service) = /^Accept=yes$/m ? $id =~ s/\.socket$/\@harden.service/r : /^Triggers=(\S+)/m;
      $unit{"unix " . $1 =~ s{^/var/run/}{/run/}r} = {id => $id} while /^Listen=([\/@].*) \(\w+\)$/mg;
      $unit{($2 eq "Stream" ? "tcp" : "udp") . " $1"} = {id => $id, service => $service // ""} while /^Listen=\S*:(\d+) \((Stream|Datagram)\)$/mg;
    }
  }

  my @near;
  for my $socket (@sockets) {
    my ($pid) = split " ", $owner{$socket->{key}} // "";
    my $unit = $held{$socket->{inode}} ? $unit{"$socket->{protocol} $socket->{port}"} : undef;
    $socket->{lost} = !defined $pid && !$unit;
    my $program = $socket->{program} = $unit ? service($unit->{service}) : defined $pid ? process($pid) : {path => "unknown", root => "", words => []};
    my $short = $unit ? $unit->{id} : $program->{path} =~ s{.*/}{}r =~ s/(?<=[a-z])-?\d+(\.\d+)+$//r;
    $socket->{name} = join " ", $socket->{protocol}, $socket->{picked} ? "ephemeral" : $socket->{port}, "$short$socket->{where}";
    $socket->{own} = $unit ? $unit->{id} =~ /^sshd?\.socket$/ : defined $pid && $pid eq $main;
    next if $unfound && $socket->{lost};
    my @words = ($socket->{name}, $socket->{protocol}, $socket->{port}, $program->{path}, $user{$socket->{uid}} // $socket->{uid});
    if ($socket->{near} && !$socket->{own}) {
      push @near, {pid => $unit ? "" : $pid, path => $program->{path}, unit => $unit && $unit->{id}, words => \@words} if $unit || (defined $pid && has_root($pid));
      next;
    }
    entry("listener", @words, $socket->{own} ? "ssh" : $socket->{where} ? "namespace" : "-");
  }
  unread($_, "there are too many processes to find whose sockets they are in $seconds s of processor time") for $unfound && grep({ $_->{lost} } @sockets) ? qw(listener asked) : ();

  # Those in files that everybody may write to, and those without a file.
  my %of_local = map { ($_->{inode}, $_->{inode}) } @local;
  my $local_end = now() + $seconds;
  my %local_owner = owners(\%of_local, $seconds, 1);
  unread("listener", "there are too many processes to find whose local sockets they are in $seconds s of processor time") if now() > $local_end;
  for my $socket (@local) {
    my ($pid) = split " ", $local_owner{$socket->{inode}} // next;
    my $unit = $held{$socket->{inode}} ? $unit{"unix $socket->{path}"} : undef;
    next unless has_root($pid);
    my $path = $unit ? $unit->{id} : process($pid)->{path};
    push @near, {pid => $unit ? "" : $pid, path => $path, unit => $unit && $unit->{id}, words => ["unix $socket->{path} " . $path =~ s{.*/}{}r, "unix", $socket->{path}, $path, "root"]};
  }
  entry("listener", @{$_->{words}}, "near") for unexplained(@near);

  # Of dropbear the letters alone say what it takes.
  my $count = 0;
  sub server {
    my ($socket, $kind) = @_;
    my ($name, $program) = @$socket{qw(name program)};
    my @words = @{$program->{words}};
    return entry("ssh", $name, "unknown", "it listens in a network namespace of its own, where it was not asked") if $kind eq "namespace";
    return entry("ssh", $name, "unknown", "it runs as ${\($user{$socket->{uid}} // $socket->{uid})}, and not as root") unless $program->{root};
    return entry("ssh", $name, "unknown", "it runs with a root folder or mounts of its own, as containers do") if $program->{elsewhere};
    if ($kind eq "openssh") {
      my $text = $program->{openssh} // return entry("ssh", $name, "unknown", "its title does not show its whole command line");
      return entry("ssh", $name, "unknown", "there are more than $sshds ssh servers") if $count++ >= $sshds;
      return entry("server", $name, $socket->{port}, $text);
    }
    return entry("ssh", $name, "unknown", "its program is not known") if $kind ne "dropbear";
    my %flag;
    shift @words;
    while (defined(my $word = shift @words)) {
      my ($letters) = $word =~ /^-(.+)/ or next;
      while ($letters =~ s/^(.)//) {
        $flag{$1} = 1;
        next unless $1 =~ /[bdrDpPTWKIcGA]/;
        shift @words if $letters eq "";
        last;
      }
    }
    entry("ssh", $name, "dropbear", join "", sort keys %flag);
  }
  # By whatever name: on a busy host the answer itself may come too late.
  my %dropbear;
  sub is_dropbear {
    my ($file) = @_;
    return $dropbear{$file} //= $file ne "" && system("timeout", "2", "grep", "-qaF", "SSH-2.0-dropbear", "--", $file) == 0;
  }
  my @unknown;
  my $known = packaged(map { $_->{program}{path} } grep { $_->{protocol} eq "tcp" && !$_->{near} } @sockets);
  for my $socket (grep { $_->{protocol} eq "tcp" && !$_->{own} && !$_->{near} } @sockets) {
    my ($path, $root, $openssh) = @{$socket->{program}}{qw(path root openssh)};
    if (defined $openssh) { server($socket, "openssh") }
    elsif ($root && $path =~ m{/dropbear[^/]*$}) { server($socket, "dropbear") }
    elsif ($known->{$path} && $path !~ $passes) { next }
    elsif ($root && is_dropbear($socket->{program}{file})) { server($socket, "dropbear") }
    elsif ($socket->{where}) { server($socket, "namespace") }
    else { push @unknown, $socket }
  }

  # One question a port, all at the same time.
  unread("asked", @unknown - $banners . " listening ports of unknown programs were not asked what they are") if @unknown > $banners;
  splice @unknown, $banners if @unknown > $banners;
  my %mute = map { $_->{key} => 1 } grep { $_->{lost} && !$_->{theirs} } @unknown;
  if (@unknown) {
    require Socket;
    require IO::Select;
    my $select = IO::Select->new;
    my (%asked, %said);
    for my $socket (@unknown) {
      my $address = $socket->{address} =~ s/^\[(.*)\]$/$1/r =~ s/^0\.0\.0\.0$/127.0.0.1/r =~ s/^::$/::1/r =~ s/^::ffff://r;
      my $six = $address =~ /:/;
      socket my $to, $six ? $inet6 : $inet, Socket::SOCK_STREAM(), 0 or next;
      $to->blocking(0);
      my $at = Socket::inet_pton($six ? $inet6 : $inet, $address) // next;
      connect $to, $six ? Socket::pack_sockaddr_in6($socket->{port}, $at) : Socket::pack_sockaddr_in($socket->{port}, $at) or $!{EINPROGRESS} or next;
      $asked{fileno $to} = $socket;
      $select->add($to);
    }
    my $clock = sub { (split " ", text("/proc/uptime"))[0] };
    my $over = $clock->() + 1;
    while ($select->count && (my $left = $over - $clock->()) > 0) {
      for my $from ($select->can_read($left)) {
        my $read = sysread $from, my $text, 1024;
        my $all = $said{fileno $from} .= $text // "";
        next if $read && length $all < 4096 && $all !~ /(^|\n)SSH-[^\n]*\n/;
        $select->remove($from);
      }
    }
    for (sort { $asked{$a}{name} cmp $asked{$b}{name} } keys %said) {
      delete $mute{$asked{$_}{key}} if length $said{$_};
      my ($banner) = $said{$_} =~ /(?:^|\n)SSH-[\d.]+-([^\r\n]*)/ or next;
      server($asked{$_}, $banner =~ /^OpenSSH/ ? "openssh" : "other");
    }
  }
  # A user with many processes hides the program, and with some connections the banner.
  unread("ssh", keys(%mute) . " listening ports of the system say nothing, and whose they are was not found in $seconds s of processor time") if $unfound && %mute;
  done("listener", "ssh", "asked");
'

# ssh_server NAME PORT TEXT: what an OpenSSH server with this command line takes, asked of this host's own sshd, for the server's
# own program may be anybody's: a line "ssh<TAB>NAME<TAB>openssh<TAB>WHERE<TAB>KEYWORD VALUE…" for all logins, and one for each Match
# block; else of the kind unknown with the reason.
ssh_server() {
  sshd_found='' sshd_main=$SSHD_CONFIG
  server_words=''
  case $3 in *' '*) server_words=" ${3#* }" ;; esac
  case $3 in *\\*) false ;; *) sshd_words "$(command -v sshd)$server_words" ;; esac ||
    { server_unknown "$1" "its command line can't be told apart" && return; }
  server_why=$(sshd_list "$sshd_main") || { server_unknown "$1" "$sshd_main: ${server_why#unheld }" && return; }
  sshd_list "$sshd_main"
  server_where=host=203.0.113.1,addr=203.0.113.1,laddr=127.0.0.1,lport=$2
  server_global=$(sshd_as_started -T -C "user=harden-probe,$server_where" 2>/dev/null </dev/null) ||
    { server_unknown "$1" "sshd -T refuses $sshd_main" && return; }
  server_says "$1" all "$server_global"
  server_ifs=$IFS
  IFS=$NL
  # shellcheck disable=SC2086 # a word a line
  server_matches=$(awk -v here=127.0.0.1 -v port="$2" "$sshd_samples" /etc/group /etc/passwd $sshd_found | head -n 9)
  IFS=$server_ifs
  [ -n "$server_matches" ] || return 0
  server_count=0
  printf '%s\n' "$server_matches" | while IFS='	' read -r place spec criteria; do
    server_count=$((server_count + 1))
    if [ "$server_count" -gt 8 ]; then server_unknown "$1" 'it has more than 8 Match blocks'; else
      server_says "$1" "$criteria" "$(sshd_as_started -T -C "$spec" 2>/dev/null </dev/null)"
    fi
  done
}
ssh_server_of() { # NAME<TAB>PORT<TAB>TEXT
  server_rest=${1#*	}
  ssh_server "${1%%	*}" "${server_rest%%	*}" "${server_rest#*	}"
}
server_unknown() { printf 'ssh\t%s\tunknown\t%s\n' "$1" "$2" | tr '\r\v\f\033' '????'; }
server_says() { # NAME WHERE CONFIGURATION
  printf '%s\n' "$3" | NAME=$1 WHERE=$2 awk '
    /^(passwordauthentication|kbdinteractiveauthentication|pubkeyauthentication|usepam|permitrootlogin|authenticationmethods|allowusers|allowgroups|trustedusercakeys|authorizedkeyscommand) / && !/ none$/ { gsub(/[[:cntrl:]]/, "?"); text = text "\t" $0 }
    END { where = ENVIRON["WHERE"]; gsub(/[[:cntrl:]]/, "?", where); print "ssh\t" ENVIRON["NAME"] "\topenssh\t" where text }'
}

# ssh_servers: all of this. The main sshd is that of ssh.service; where neither that nor ssh.socket runs, that of sshd_process:
# any sshd writes its pid file.
collect_ssh_servers() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  servers_main=''
  [ ! -d /run/systemd/system ] || servers_main=$(systemctl show -p MainPID --value ssh.service 2>/dev/null)
  case $servers_main in
  '' | 0)
    servers_main=''
    systemctl --quiet is-active ssh.socket 2>/dev/null || { sshd_process && servers_main=$sshd_pid; }
    ;;
  esac
  perl -e "$inventory_common$sockets_perl$programs_perl$ssh_servers_perl" "$INVENTORY_MOST" "$SERVERS_SECONDS" "$BANNERS_MOST" "$SSHDS_MOST" "$servers_main" |
    while IFS= read -r server_line; do
      case $server_line in
      'server	'*)
        # In a subshell, for what it sets is sshd.sh's, of the main one.
        (ssh_server_of "${server_line#*	}")
        ;;
      *) printf '%s\n' "$server_line" ;;
      esac
    done
  return 0
}
