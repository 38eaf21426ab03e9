# Completion of harden for fish. To use it: harden completion fish | source
# What is typed goes to harden as it is, each word as one argument: nothing of it is ever evaluated.
function __harden_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l lines (command harden complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $lines) -gt 1
        printf '%s\n' $lines[2..-1]
    else if test "$lines" = :files
        __fish_complete_path "$current"
    end
end
complete --command harden --no-files --arguments '(__harden_complete)'
