/** docs/transcripts.md: what a person sees on a terminal of 80 and of 120 columns, made on real hosts. UPDATE_DOCS=1 writes it. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { startOnTerminal } from "./terminal.ts";

const doc = join(import.meta.dirname, "../../docs/transcripts.md");
const intro = `# Transcripts

What a person sees, made on test hosts by \`test/e2e/transcripts.test.ts\`; runs, versions and addresses are examples. Hosts
that work at the same time speak as they come: here their lines stand one host after the other.
`;

const profile = (from: string) => `access:
  from: [0.0.0.0/0, "::/0"]
ssh: {}
firewall:
  rules:
    - {port: 80, protocol: tcp, comment: web}
    - {port: 9100, protocol: tcp, from: ${from}, comment: node exporter}
fail2ban: {}
sysctl: {}
`;

// Each test begins with what the one before has left.
describe.skipIf(!hasDocker())("on a terminal", { retry: 0 }, () => {
  let hosts: readonly TestHost[];
  let home: string;
  // No neighbours: the tool would name profiles of theirs.
  const folder = join(mkdtempSync(join(tmpdir(), "harden-transcripts-")), "here");
  const written: string[] = [];

  beforeAll(async () => {
    hosts = await Promise.all([
      startHost("debian13", "full", { name: "web1" }),
      startHost("debian13", "full", { name: "web2" }),
      startHost("debian12", "full", { name: "db1" }),
      startHost("debian13", "bare", { name: "new1" }),
    ]);
    home = oneHome(hosts);
    mkdirSync(folder);
    writeFileSync(join(folder, "web.yaml"), profile("10.1.2.0/24"));
  });
  afterAll(() => Promise.all((hosts ?? []).map((host) => host.remove())));

  /** All hosts are known in the HOME of the first. */
  function oneHome([first, ...others]: readonly TestHost[]): string {
    const config = join(first!.home, ".ssh/config");
    const sections = others.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`).join("");
    writeFileSync(config, `${sections}${readFileSync(config, "utf8")}  User root\n`);
    for (const other of others) appendFileSync(first!.knownHosts, readFileSync(other.knownHosts));
    return first!.home;
  }

  async function see(words: string, columns: number, answer?: string) {
    const script = `cd '${folder}' && stty cols ${columns} rows 50 -echo && exec HARDEN`;
    const run = startOnTerminal({ ...hosts[0]!, home }, words.split(" "), script);
    if (answer !== undefined) {
      await run.until(/\[y\/N\]/);
      run.type(`${answer}\n`);
    }
    const { code, said } = await run.ended;
    return { code, lines: example(inOrder(shown(said)).join("\n")).split("\n") };
  }

  /** In both widths; only the first one changes hosts. */
  async function record(title: string, words: string, status: number) {
    const texts: string[] = [];
    for (const columns of [80, 120]) {
      const { code, lines } = await see(words, columns);
      expect(code, lines.join("\n")).toBe(status);
      for (const line of lines.filter((each) => each.length > columns))
        expect(line, "no word is broken, and nothing else is too long").toMatch(/^ *\S*$/);
      texts.push(lines.join("\n"));
    }
    add(title, words, texts);
    return texts;
  }

  function add(title: string, words: string, texts: readonly string[]) {
    const blocks = texts.map((text) => `\`\`\`text\n$ harden ${words}\n${text}\n\`\`\`\n`);
    written.push(`## ${title}\n\n${blocks.join("\n")}`);
  }

  test("a first plan fits on a page: 60 lines", async () => {
    const [narrow = ""] = await record("A first plan", "plan new1 --profile production", 0);
    expect(narrow.split("\n").length).toBeLessThanOrEqual(60);
    expect(narrow).toMatch(/\d+ to add, \d+ to change, 0 to remove/);
  });

  test("an apply on three hosts: one question, a line a change", async () => {
    const words = "apply web1 web2 db1 --profile web.yaml";
    const { code, lines } = await see(words, 80, "y");
    expect(code, lines.join("\n")).toBe(0);
    expect(lines.filter((line) => /^web1: \[\d+\/\d+\] /.test(line)).length).toBeLessThanOrEqual(16);
    add("An apply on three hosts", words, [lines.join("\n")]);
  });

  test("a changed rule: hosts that change alike stand together, and each rule on its line", async () => {
    writeFileSync(join(folder, "web.yaml"), profile("10.1.3.0/24"));
    const [text] = await record("A changed rule", "plan web1 web2 db1 --profile web.yaml", 0);
    expect(text).toContain("3 hosts with the same changes: web1, web2, db1 (debian 13, debian 12)");
    expect(text).toContain('+ allow 9100/tcp "node exporter" from 10.1.3.0/24');
    expect(text).toContain('- allow 9100/tcp "node exporter" from 10.1.2.0/24');
  });

  test("a blocked plan is not asked about", async () => {
    writeFileSync(join(folder, "closed.yaml"), "ssh: {allowUsers: [nobody-here]}\n");
    await record("A blocked plan", "apply web1 --profile closed.yaml", 3);
  });

  test("a failing verify", async () => {
    await hosts[0]!.exec("ufw allow 5432/tcp; sysctl -w net.ipv4.conf.all.log_martians=0");
    writeFileSync(join(folder, "web.yaml"), profile("10.1.2.0/24"));
    const [text] = await record("A failing verify", "verify web1 --profile web.yaml", 2);
    expect(text).toContain("5432");
  });

  test("the page shows them", () => {
    const page = `${intro}\n${written.join("\n")}`;
    if (process.env.UPDATE_DOCS === "1") writeFileSync(doc, page);
    // A version or a time of another length breaks lines elsewhere.
    const words = (text: string) => text.replace(/\s+/g, " ");
    expect(words(readFileSync(doc, "utf8"))).toBe(words(page));
  });
});

/** What is left on the screen: a countdown takes its own place. */
function shown(said: string): readonly string[] {
  return said
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => line.split("\r\u001b[K").at(-1)!)
    .join("\n")
    .trim()
    .split("\n");
}

/** Lines of several hosts that work at the same time, host by host. */
function inOrder(lines: readonly string[]): readonly string[] {
  const began = lines.findIndex((line) => /^\w+: armed/.test(line));
  if (began < 0) return lines;
  const said = new Map<string, string[]>();
  let host = "";
  for (const line of lines.slice(began)) {
    host = /^(\w+): /.exec(line)?.[1] ?? host;
    said.set(host, [...(said.get(host) ?? []), line]);
  }
  const names = [...said.keys()].sort();
  return [...lines.slice(0, began), ...names.flatMap((name) => said.get(name)!)];
}

const example = (text: string) =>
  text
    // By which these tests reach their hosts; a command that is too long for its line has one of its own.
    .replace(/:(?: |\n +)(harden .*) --ssh-config \S+/g, ": $1")
    .replace(/\d{8}-\d{6}-[0-9a-f]{8}/g, "20261126-140007-dc57cfcf")
    .replace(/ at [0-9a-f]{12}( with uncommitted changes)?/g, " at 0ac7de91091e")
    // Whatever the archive has today.
    .replace(/(what they need: )[\s\S]*?(?=\n {2}\S|\n\n)/g, "$1lsb-release 12.1-1, …")
    .replace(/\b172\.\d+\.\d+\.\d+\b/g, "192.0.2.7");
