import { describe, expect, it } from "vitest";
import { accessOf } from "../../src/controls/access.ts";
import { dropinPath, mainPath } from "../../src/controls/ssh/layout.ts";
import { unit } from "../../src/facts/files.ts";
import { type Probe, probeKey, type RawFact } from "../../src/facts/probe.ts";
import { sshdEffective, sshdFiles } from "../../src/facts/sshd.ts";
import { type Connection, visitOf } from "../../src/plan/access.ts";

const connection: Connection = { login: "admin", via: "ssh", caller: "::ffff:192.0.2.7" };
const anywhere = { from: ["0.0.0.0/0", "::/0"] };

const filesOf = (dropin: string) =>
  [
    `\n@ab file ${mainPath}\nInclude /etc/ssh/sshd_config.d/*.conf`,
    `\n@ab file ${dropinPath}\n${dropin}`,
    "\n@ab stats\n",
  ].join("");

function access(o: {
  sshd?: string;
  socket?: string;
  port?: number;
  user?: string;
  connection?: Connection;
  /** Our drop-in as it is; and what comes back of it. */
  dropin?: string;
  params?: object;
  givenBack?: string;
}) {
  const from = o.connection ?? connection;
  const visit = visitOf(from, { user: o.user });
  const fact = (probe: Probe<unknown>, text: string | undefined): [string, RawFact] => [
    probeKey(probe),
    text === undefined
      ? { state: "absent", data: Buffer.alloc(0) }
      : { state: "present", data: Buffer.from(text) },
  ];
  const sshd = o.sshd === undefined ? undefined : `\n@ab spec global\nport 22\n${o.sshd}`;
  return accessOf({
    profileAccess: { ...anywhere, user: o.user },
    sshParams: o.port === undefined ? o.params : { port: o.port },
    ...(o.givenBack === undefined ? {} : { givenBack: new Map([[dropinPath, Buffer.from(o.givenBack)]]) }),
    facts: new Map([
      fact(sshdEffective(visit), sshd),
      fact(sshdFiles(), o.dropin === undefined ? undefined : filesOf(o.dropin)),
      fact(unit("ssh.socket"), o.socket),
    ]),
    connection: from,
  });
}

describe("the ports", () => {
  const sshd = "listenaddress [::]:2200\nlistenaddress 0.0.0.0:2200\nlistenaddress 10.0.0.1:22";
  it("are those that sshd listens on, and stay without another one in the profile", () => {
    expect(access({ sshd }).now.ports).toEqual([22, 2200]);
    expect(access({ sshd }).planned.ports).toEqual([22, 2200]);
  });
  it("are the one of the profile", () => {
    expect(access({ sshd, port: 2222 })).toMatchObject({
      now: { ports: [22, 2200] },
      planned: { ports: [2222] },
    });
  });
  it("are an active socket's", () => {
    const listen = "Listen=[::]:2022 (Stream)\nListen=/run/x (Stream)\n";
    expect(access({ sshd, socket: `ActiveState=active\n${listen}` }).now.ports).toEqual([2022]);
    expect(access({ sshd, socket: `ActiveState=inactive\n${listen}` }).now.ports).toEqual([22, 2200]);
  });
  it("are those that stay where the profile no longer names one, or our lines are given back", () => {
    const moved = { sshd: "listenaddress [::]:2022", dropin: "Port 2022\n" };
    expect(access({ ...moved, params: {} })).toMatchObject({
      now: { ports: [2022] },
      planned: { ports: [22] },
    });
    expect(access({ ...moved, givenBack: "" }).planned.ports).toEqual([22]);
    expect(access({ ...moved, givenBack: "Port 2222\n" }).planned.ports).toEqual([2222]);
    expect(access(moved).planned.ports).toEqual([2022]);
    expect(access({ ...moved, params: {}, port: 24 }).planned.ports).toEqual([24]);
    expect(access({ sshd: moved.sshd, params: {} }).planned.ports).toEqual([2022]);
  });
  it("are 22 where nothing is known", () => {
    expect(access({}).now.ports).toEqual([22]);
  });
});

describe("the login", () => {
  it("is the profile's, else the one in use", () => {
    expect(access({}).planned.login).toBe("admin");
    expect(access({ user: "deploy" })).toMatchObject({
      now: { login: "admin" },
      planned: { login: "deploy" },
    });
  });
  it("is proven by coming in as it, and only over ssh", () => {
    expect(access({}).proven).toBe(true);
    expect(access({ user: "deploy" }).proven).toBe(false);
    expect(access({ user: "deploy", connection: { ...connection, proven: true } }).proven).toBe(true);
    expect(access({ connection: { login: "root", via: "local" } }).proven).toBe(false);
  });
});

describe("the caller", () => {
  it("is written as sshd writes it", () => {
    expect(access({}).caller).toBe("192.0.2.7");
    expect(access({ connection: { ...connection, caller: "fe80::1%eth0" } }).caller).toBe("fe80::1");
    expect(access({ connection: { login: "root", via: "local" } }).caller).toBeUndefined();
    expect(access({ connection: { ...connection, caller: "x,user=root" } }).caller).toBeUndefined();
  });
});
