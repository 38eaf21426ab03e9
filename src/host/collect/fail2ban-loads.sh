# shellcheck shell=sh
# Whether fail2ban's configuration would start again.

# fail2ban_loads: why a start would end by what its files say, and nothing where it would go well. `fail2ban-client -t` passes
# expressions, numbers and logs that the server then refuses: so its own code reads the files and takes each command, in a
# server that has no socket, no log and no database, and starts no jail.
# shellcheck disable=SC2016 # it is Python
collect_fail2ban_loads() {
  need fail2ban-server || return
  need_root || return
  python3 -IB -c '
import logging, os, re
from fail2ban.client.configurator import Configurator
from fail2ban.server.mytime import MyTime
from fail2ban.server.server import Server
from fail2ban.server.transmitter import Transmitter
said = []
class Said(logging.Handler):
  def emit(self, record):
    # Other words may hold values of actions, which hold passwords.
    found = re.match(r"Unable to read (?:the filter|action) .[\w.-]+.", record.getMessage())
    if found: said.append(found[0])
log = logging.getLogger("fail2ban")
log.handlers, log.propagate = [Said(logging.ERROR)], False
def is_refused(name, value):
  text = str(value)
  if name == "loglevel": return not re.match(r"(?i)(CRITICAL|ERROR|WARNING|NOTICE|INFO|DEBUG|TRACEDEBUG|HEAVYDEBUG|MSG)$|\d+$", text)
  if name == "logtarget": return text.startswith("/") and not os.path.isdir(os.path.dirname(text))
  if name == "dbpurgeage":
    try: MyTime.str2seconds(value)
    except Exception: return True
  return False
def refused():
  config = Configurator()
  config.setBaseDir("/etc/fail2ban")
  try:
    config.readAll()
    is_whole = config.getOptions(None, {}, ignoreWrong=False)
    config.convertToProtocol()
  except Exception as error:
    found = re.match(r"Have not found any log file for [\w.@-]+ jail", str(error))
    return found[0] if found else "its files cannot be read: " + type(error).__name__
  if not is_whole: return ", ".join(said) or "its files are refused"
  ask = Transmitter(Server())
  for command in config.getConfigStream():
    if command[0] == "start": continue
    if command[0] == "set" and len(command) == 3:
      if is_refused(*command[1:]): return command[1] + " of fail2ban.conf or fail2ban.local"
    elif ask.proceed(command)[0] != 0:
      return " ".join(str(each) for each in command[1:3])
  return ""
print(refused(), end="", flush=True)
# Filters have threads that wait.
os._exit(0)
' || { printf "fail2ban's own code could not be asked" && return "$UNKNOWN"; }
}
