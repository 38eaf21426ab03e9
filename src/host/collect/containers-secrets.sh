# shellcheck shell=sh disable=SC2154 # what collect.sh and containers.sh set
# What of containers and their images is secret: files, values by their form, and how images were made. No value is printed.

# containers_values FORM...: reads such lines among others, and prints "ID KEY NAME" with tabs between them of each value that has
# a form; "unread" alone where nothing here can tell.
# shellcheck disable=SC2016 # perl
containers_values() {
  have perl || { echo unread && return; }
  perl -e '
    my @forms = map { my ($name, $form) = split /\t/, $_, 2; [$name, qr/$form/] } @ARGV;
    while (<STDIN>) {
      my ($id, $key, $value) = /^env ([0-9a-f]{64}) "([^=\\"]{1,200})=(.*)"$/ or next;
      for (@forms) { $value =~ $_->[1] or next; print "$id\t$key\t$_->[0]\n"; last }
    }' -- "$@"
}

# containers_history FORM...: of $told "of ID IMAGE" for each container, and by image, with tabs between them, "read IMAGE", and
# "IMAGE KEY" for what its instructions set to a value, "IMAGE  NAME" for what has a form. No value.
# shellcheck disable=SC2016 # perl
containers_history() {
  have perl || return 0
  printf '%s\n' "$told" | sed -n 's/^image \([0-9a-f]\{64\}\) sha256:\([0-9a-f]\{64\}\)$/of\t\1\t\2/p'
  for word in $(printf '%s\n' "$told" | sed -n 's/^image [0-9a-f]* sha256:\([0-9a-f]\{64\}\)$/\1/p' | sort -u | head -n 64); do
    engine history --no-trunc --format '{{.CreatedBy}}' "$word" | sed "s/^/$word /"
  done | perl -e '
    my @forms = map { my ($name, $form) = split /\t/, $_, 2; [$name, qr/$form/] } @ARGV;
    my %told;
    while (<STDIN>) {
      my ($id, $text) = /^([0-9a-f]{64}) (.*)$/ or next;
      print "read\t$id\n" unless $told{$id}++;
      my @found = map { "$_\t" } $text =~ /(?<![\w.-])([A-Za-z_]\w{0,60})=(?=["\x27]?[^\s"\x27\$])/g;
      push @found, map { "\t$_->[0]" } grep { $text =~ $_->[1] } @forms;
      $told{"$id $_"}++ or $told{"$id*"}++ > 500 or print "$id\t$_\n" for @found;
    }' -- "$@"
}

# containers_secrets: reads such lines among others, and prints "ID MODE SECONDS TARGET" of files below /run/secrets: their modes, and when they
# were changed. Names with quotes, backslashes or anything that JSON writes otherwise are left out.
containers_secrets() {
  sed -nE 's|^([0-9a-f]{64}) "((/var)?/run/secrets/[^"\\]*)" "(/[^"\\]*)"$|\1\n\2\n\4|p' |
    while IFS= read -r id && IFS= read -r target && IFS= read -r path; do
      [ ! -f "$path" ] || printf '%s %s %s\n' "$id" "$(stat -L -c '%a %Y' -- "$path")" "$target"
    done
}
