# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# Modules of PAM: which ones it loads, and the auth lines of each file that is not as its package brought it, for whether they ask.
inventory_pam='
  # [TYPE, CONTROL, MODULE, REST] each, and ["", "include", FILE] of what it takes in whole. A comment is not continued.
  sub pam_lines {
    my ($file) = @_;
    my $text = text($file) // "";
    1 while $text =~ s/^([^#\n]*)\\[ \t]*\n/$1 /m;
    return map {
      /^\s*\@include\s+(\S+)/ ? ["", "include", $1, ""]
        : /^\s*-?(auth|account|password|session)\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)/i ? [lc $1, lc $2, $3, $4] : ()
    } split /\n/, $text;
  }
  sub pam_file {
    my ($name) = @_;
    return $name =~ m{^/} ? $name : (grep { -f } "/etc/pam.d/$name", "/usr/lib/pam.d/$name")[0] // "/etc/pam.d/$name";
  }
  # FILE, LINES: with all that it includes, and "(" and ")" around a substack.
  sub pam_stack {
    my ($file, $lines, $depth) = @_;
    for (pam_lines($file)) {
      return if @$lines && !defined $lines->[0];
      my ($type, $control, $name, $rest) = @$_;
      next if $type ne "" && $type ne "auth";
      if ($control !~ /^(include|substack)$/) { push @$lines, [$control, $name, $rest]; next }
      if ($depth > 8 || @$lines > 200) { $lines->[0] = undef; return }
      push @$lines, ["(", "", ""] if $control eq "substack";
      pam_stack(pam_file($name), $lines, $depth + 1);
      push @$lines, [")", "", ""] if $control eq "substack";
    }
  }
  my %module;
  my @pam = (files("/etc/pam.d/*"), grep { !-f s{^/usr/lib}{/etc}r } files("/usr/lib/pam.d/*"));
  my %pam_seen = map { ($_, 1) } @pam;
  for my $file (@pam) {
    my $service = $file =~ s{^/(etc|usr/lib)/pam.d/}{}r;
    for (pam_lines($file)) {
      my ($type, $control, $name, $rest) = @$_;
      if ($control =~ /^(include|substack)$/) {
        my $other = pam_file($name);
        push @pam, $other if -f $other && !$pam_seen{$other}++ && @pam < $most;
        next;
      }
      $module{$name} = 1;
      # What lets in by itself, without another question.
      entry("pam", "$service: $control $name $rest", "lets") if $type eq "auth" && $control =~ /^(sufficient$|.*\bsuccess\s*=\s*(?!ok|ignore))/
        && ($name =~ /(^|\/)pam_(permit|debug|succeed_if|listfile|rhosts|access|exec|localuser|userdb)[.]so$/ || ($name =~ /(^|\/)pam_wheel[.]so$/ && $rest =~ /\btrust\b/));
      entry("pam", "$name $rest", "command") if $name =~ m{(^|/)pam_(exec|script|python|perl)[.]so$};
    }
  }
  for my $file (map { $_->[0] } defined $broken ? () : strange(grep { m{^/(etc|usr/lib)/pam.d/} } @pam)) {
    my $service = $file =~ s{^/(etc|usr/lib)/pam.d/}{}r;
    my $lines = [];
    pam_stack($file, $lines, 0);
    if (@$lines && !defined $lines->[0]) { unread("stack", "$file includes too much"); next }
    my $number = 0;
    entry("stack", $service, $number++, @$_) for @$lines;
  }
  my %path = map { my $name = $_; map { ($_, $name) } $name =~ m{^/} ? $name : glob("/usr/lib/{*/,}security/$name") } keys %module;
  explain("pam", keys %path);
  done("stack");
'
