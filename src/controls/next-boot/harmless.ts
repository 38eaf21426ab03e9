/** Settings above all units of ours that take nothing from them, a row each: the name, and the values where not each will do. */

type Row = readonly [name: RegExp, values?: RegExp];

const isOf = (rows: readonly Row[]) => (key: string, value: string) =>
  rows.some(([name, values = /^/]) => name.test(key) && (value === "" || values.test(value)));

const said = /^(Description|Documentation|SourcePath)$/;
/** Room for the largest of ours: 1,000 of what is counted, or a size in kilobytes and more. */
const ample = /^(infinity|\d{4,}|\d+[KMGT])(:(infinity|\d{4,}|\d+[KMGT]))?$/;
/** Ten seconds and more. */
const patient = /^(infinity|0|\d{2,} ?(s|sec|seconds)?|\d+ ?(m|min|minutes?|h|hours?)( ?\d+ ?s(ec)?)?)$/;

/** systemd-system.conf(5). */
export const isHarmlessOfManager = isOf([
  [/^(Log(Level|Target|Color|Location|Time)|DumpCore|CtrlAltDelBurstAction|CrashAction)$/],
  [/^(Crash(ChangeVT|Shell|Reboot)|ShowStatus|StatusUnitFormat|ServiceWatchdogs)$/],
  [/^((Runtime|Reboot|KExec)Watchdog(Pre)?(Sec|Governor)|WatchdogDevice|ShutdownWatchdogSec)$/],
  [/^(TimerSlackNSec|DefaultTimer(AccuracySec|SlackNSec)|CPUAffinity)$/],
  [/^Default(CPU|IO|IP|BlockIO|Memory|Tasks)Accounting$/],
  [/^Default(TimeoutStopSec|TimeoutAbortSec|RestartSec|StartLimitInterval(Sec)?|StartLimitBurst)$/],
  [/^Default(MemoryPressureWatch|MemoryPressureThresholdSec|OOMPolicy|OOMScoreAdjust)$/],
  [/^DefaultStandard(Output|Error)$/, /^(inherit|(journal|syslog|kmsg)(\+console)?)$/],
  [/^Default(TimeoutStartSec|DeviceTimeoutSec)$/, patient],
  [/^DefaultLimit(CORE|NICE|RTPRIO|RTTIME)$/],
  [/^DefaultLimit(NOFILE|NPROC|MEMLOCK|STACK|SIGPENDING|MSGQUEUE|LOCKS)$/, ample],
  [/^DefaultTasksMax$/, /^(infinity|\d{3,}|[1-9]\d+%)$/],
]);

/** systemd.resource-control(5). */
export const isHarmlessOfSlice = isOf([
  [said],
  [/^(CPU|IO|IP|BlockIO|Memory|Tasks)Accounting$/],
  [/^(Startup)?(CPUWeight|IOWeight|CPUShares|BlockIOWeight)$/],
  [/^(Default)?(Startup)?Memory(Low|Min)$/],
  [/^MemoryPressure(Watch|ThresholdSec)$/],
  [/^IPAddressAllow$/],
]);
