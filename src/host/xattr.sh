# shellcheck shell=sh disable=SC2034,SC2016 # what walk.sh and beside.sh use; perl
# The system calls for extended attributes, for which perl has no words.
PERL_XATTR='
  use Config;
  # setxattr(2), undefined where it is not known; the fourth behind it is lgetxattr(2), those of open files follow as beside.sh has them.
  my $setxattr = { x86_64 => 188, aarch64 => 5, riscv64 => 5, i386 => 226, i686 => 226, arm => 226, powerpc64le => 209, s390x => 224 }->{$Config{archname} =~ s/-.*//r};
'
