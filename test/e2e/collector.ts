/** A collector of logs in a container beside the host: rsyslog that takes syslog over TLS, and certificates for it. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPeer, type TestHost } from "./hosts.ts";
import { mustRun } from "./process.ts";

export interface Collector {
  readonly address: string;
  /** Certificates of the authority that signed its own, and of one that signed nothing. */
  readonly ca: string;
  readonly otherCa: string;
  up(): Promise<void>;
  /** In good order, as its own restart would be. */
  down(): Promise<void>;
  /** It keeps its connections, and reads nothing until it goes on. */
  hang(): Promise<void>;
  goOn(): Promise<void>;
  /** All that it has written, as text. */
  received(): Promise<string>;
  remove(): Promise<void>;
}

export const certificateName = "logs.example.org";

const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
const authority = (name: string) =>
  `openssl req -x509 ${key} -subj /CN=${name} -keyout ${name}.key -out ${name}.pem`;
const signed = `openssl req -x509 ${key} -subj /CN=${certificateName} -addext subjectAltName=DNS:${certificateName} \
  -CA ca.pem -CAkey ca.key -keyout collector.key -out collector.pem`;

const files = ["ca.pem", "collector.pem", "collector.key"] as const;

const configuration = `global(workDirectory="/var/spool/rsyslog" defaultNetstreamDriver="ossl"
  defaultNetstreamDriverCAFile="/etc/collector/ca.pem" defaultNetstreamDriverCertFile="/etc/collector/collector.pem"
  defaultNetstreamDriverKeyFile="/etc/collector/collector.key")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" port="6514")
action(type="omfile" file="/var/log/collected" template="RSYSLOG_FileFormat")
`;

export async function startCollector(host: TestHost): Promise<Collector> {
  const folder = mkdtempSync(join(tmpdir(), "harden-collector-"));
  const make = [authority("ca"), authority("other"), signed].join(" && ");
  await mustRun("sh", ["-c", `cd ${folder} && { ${make}; } 2>/dev/null`]);
  const peer = await startPeer(host);
  const must = async (script: string, stdin = "") => {
    const { code, stdout, stderr } = await peer.exec(script, { stdin, timeoutMs: 110_000 });
    if (code !== 0) throw new Error(`the collector: ${stdout}${stderr}`);
    return stdout;
  };
  await must(`apt-get update -q && apt-get install -q -y --no-install-recommends rsyslog rsyslog-openssl
    mkdir -p /etc/collector && touch /var/log/collected`);
  for (const file of files)
    await must(`cat >/etc/collector/${file}`, readFileSync(join(folder, file), "utf8"));
  await must("cat >/etc/collector/rsyslog.conf", configuration);
  const collector: Collector = {
    address: peer.address,
    ca: join(folder, "ca.pem"),
    otherCa: join(folder, "other.pem"),
    async up() {
      await must(`rsyslogd -iNONE -f /etc/collector/rsyslog.conf
        until ss -Hltn 'sport = :6514' | grep -q .; do sleep 0.1; done`);
    },
    async down() {
      await must(`pkill -x rsyslogd; while pgrep -r S,R,D -x rsyslogd; do sleep 0.1; done`);
    },
    async hang() {
      await must("pkill -STOP -x rsyslogd");
    },
    async goOn() {
      await must("pkill -CONT -x rsyslogd");
    },
    received: () => must("cat /var/log/collected"),
    remove: () => peer.remove(),
  };
  await collector.up();
  return collector;
}
