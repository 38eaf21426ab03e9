# shellcheck shell=sh
# Whether fail2ban's configuration would start again, and with what.

# fail2ban_loads: "ends WHY" where a start would end by what its files say, and "differs NAME" for each setting of the sshd jail, or
# "differs ACTION PROPERTY" of its actions, that the running server has otherwise. `fail2ban-client -t` passes
# expressions, numbers and logs that the server then refuses: so its own code reads the files and takes each command, in a
# server that has no socket, no log and no database, and starts no jail.
# shellcheck disable=SC2016 # it is Python
collect_fail2ban_loads() {
  need fail2ban-server || return
  need_root || return
  python3 -IB -c '
import json, logging, os, re
from fail2ban.client.configurator import Configurator
from fail2ban.client.csocket import CSocket
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
ask = Transmitter(Server())
config = Configurator()
def refused():
  config.setBaseDir("/etc/fail2ban")
  try:
    config.readAll()
    is_whole = config.getOptions(None, {}, ignoreWrong=False)
    config.convertToProtocol()
  except Exception as error:
    found = re.match(r"Have not found any log file for [\w.@-]+ jail", str(error))
    return found[0] if found else "its files cannot be read: " + type(error).__name__
  if not is_whole: return ", ".join(said) or "its files are refused"
  for command in config.getConfigStream():
    if command[0] == "start": continue
    if command[0] == "set" and len(command) == 3:
      if is_refused(*command[1:]): return command[1] + " of fail2ban.conf or fail2ban.local"
    elif ask.proceed(command)[0] != 0:
      return " ".join(str(each) for each in command[1:3])
  return ""
# What other checks compare, what a start makes anew, and the encoding, which follows the locale of the asker, is left out.
settings = "failregex ignoreregex prefregex ignorecommand ignorecache logtimezone datepattern maxlines usedns actions"
def differing():
  # A refused question would come into the log of the server.
  def value(send, *words):
    code, answer = send(["get", "sshd", *words])
    return json.dumps(answer, default=str) if code == 0 else None
  try: running = CSocket(config.getEarlyOptions()["socket"]).send
  except Exception: return
  names = [[each] for each in settings.split()]
  if any("sshd" not in re.split(r"\W+", str(send(["status"]))) for send in (running, ask.proceed)): return
  both = set(json.loads(value(running, "actions"))) & set(json.loads(value(ask.proceed, "actions")))
  for action in sorted(both):
    code, properties = ask.proceed(["get", "sshd", "actionproperties", action])
    has = set(json.loads(value(running, "actionproperties", action)))
    names += [["action", action, each] for each in properties if each in has and re.match(r"[a-z]", each)]
  for words in names:
    if value(running, *words) != value(ask.proceed, *words): yield " ".join(words[-2:])
why = refused()
print("ends " + why if why else "\n".join("differs " + each for each in differing()), flush=True)
# Filters have threads that wait.
os._exit(0)
' || { printf "fail2ban's own code could not be asked" && return "$UNKNOWN"; }
}
