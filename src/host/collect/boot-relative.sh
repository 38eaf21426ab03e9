# shellcheck shell=sh disable=SC2034,SC2016 # boot-files.sh uses it; a program of awk
# What a file that a boot runs names by a relative path.

# Each such name is looked for in each folder that the file names: at most 32 names in 64 folders.
boot_relative='
  # The path below a folder that a word of a command names: ./x, ../x, $FOLDER/x, x/y where a command begins, or x behind what runs it;
  # of a long option it is data.
  function below_folder(word, before) {
    if (before ~ /^--[a-z]/) return ""
    if (sub(/^([.~]|[$][{]?[A-Za-z0-9_]+(:?-[^}]*)?[}]?)\/+/, "", word)) return word ~ /[*?$]/ ? "" : word
    return word ~ /^([.][.]\/)*[A-Za-z0-9_][A-Za-z0-9_.@+-]*(\/[A-Za-z0-9_.@+-]+)*$/ && (runs(before) || (before == "\001" && word ~ /\//)) ? word : ""
  }
  function runs(word) {
    sub(/.*\//, "", word)
    return word ~ /^([.]|source|exec|(ba|da|a|k|mk|z)?sh|(python|perl|ruby|node|nodejs|php|lua)[0-9.]*)$/
  }
  # Its absolute words may be folders in which it runs what it names by a relative path.
  function note_folders(text,   count, words, at, word) {
    count = split(text, words, /[][ \t"\047`=;&|()<>,]+/)
    for (at = 1; at <= count; at++) {
      word = words[at]
      sub(/^[$][{][A-Za-z0-9_]+:?-/, "", word)
      sub(/[}]?\/*$/, "", word)
      if (word ~ /^\/[^*?$]+$/ && !((FILENAME, word) in noted) && folder_count[FILENAME]++ < 64) {
        noted[FILENAME, word]
        folders[FILENAME] = folders[FILENAME] word "\n"
      }
    }
  }
  # call_below FILE: what it names by relative paths, in each of its folders, its own, and those in which a boot starts programs.
  function call_below(file,   count, names, number, places, at, place, found, own) {
    own = file; sub(/\/[^\/]*$/, "", own)
    count = split(relative[file], names, "\n")
    number = split("\n/root\n" own "\n" folders[file], places, "\n")
    for (at = 1; at < count; at++) for (place = 1; place < number; place++) {
      found = places[place] "/" names[at]
      calls[file] = calls[file] found "\n"
      if ((file, names[at]) in coded) written[found]
    }
  }
'
