/** How rsyslog sends messages on: the files that say so. Pure. */
import renderUnit from "../../../templates/rsyslog.service.hbs";
import renderForward from "../../../templates/rsyslog-forward.conf.hbs";
import { paths } from "../../platform.ts";
import type { Forwarding } from "./params.ts";

const folder = "/etc/rsyslog.d";

/** Not named as /etc/rsyslog.conf includes them: it is read in its place. Ubuntu's AppArmor lets rsyslogd read there. */
export const alonePath = `${folder}/harden.forward`;
/** Sorted early: what somebody's rules throw away has been sent before. */
export const besidePath = `${folder}/00-harden.conf`;
export const caPath = `${folder}/harden-ca.pem`;
export const unitPath = paths.rsyslogSendsOnly;

/** The queue's name, and that of its files. */
export const queue = "harden-forwarding";
const spool = "/var/spool/rsyslog";

const mark = "# Written by harden";

/** Whether the text is one of ours. */
export const isOurs = (content: Buffer | undefined) => content?.subarray(0, mark.length).toString() === mark;

/** `alone`: this is all of rsyslog's configuration. */
export function forwardText(params: Forwarding, alone: boolean): Buffer {
  const { to, port, name = to, certificate = "", key = "", maxQueue } = params;
  const more = { queue, folder: spool, ca: caPath, maxQueue: maxQueue.toLowerCase() };
  return Buffer.from(renderForward({ alone, to, port, name, certificate, key, ...more }));
}

export const caText = ({ ca }: Forwarding) =>
  Buffer.from(`${mark}: whoever the collector's certificate may be signed by.\n${ca}`);

export const unitText = Buffer.from(renderUnit({ conf: alonePath }));
