// `npm run demo`: two Debian hosts in containers, and what a user would see on them. Needs Docker; leaves nothing.
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { imageName, makeHome, startHost } from "../bench/host.mjs";
import { startEngine } from "../docker/engine.mjs";
import { installMissing } from "../test/setup/packages.mjs";

const cli = join(import.meta.dirname, "../dist/cli.js");
/** Plain in a file, and where NO_COLOR asks for it. */
const styled = (style, text) => (process.stdout.hasColors?.() ? styleText(style, text) : text);
const title = (text) => console.log(`\n${styled("bold", `━━ ${text}`)}\n`);
const shown = (args) => args.map((word) => (/[^\w@.:/-]/.test(word) ? `'${word}'` : word)).join(" ");

/** Runs the tool as a user would, its output straight to the terminal. Returns its exit status. */
function harden(home, args) {
  console.log(styled("bold", `$ harden ${shown(args)}`));
  const { status } = spawnSync(process.execPath, [cli, ...args, "--ssh-config", home.config], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  console.log(styled("dim", `(exit ${status})`));
  return status;
}

/** The same, while something happens to the host at the moment when its output says `moment`. */
async function hardenWhile(home, args, { moment, happens }) {
  console.log(styled("bold", `$ harden ${shown(args)}`));
  const child = spawn(process.execPath, [cli, ...args, "--ssh-config", home.config], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let done = false;
  const hear = (out) => (chunk) => {
    out.write(chunk);
    said += chunk;
    if (!done && said.includes(moment)) {
      done = true;
      happens();
    }
  };
  child.stdout.on("data", hear(process.stdout));
  child.stderr.on("data", hear(process.stderr));
  const status = await new Promise((resolve) => child.on("close", resolve));
  console.log(styled("dim", `(exit ${status})`));
  return status;
}

const expected = [];
function expect(what, status, wanted) {
  expected.push(status === wanted);
  if (status !== wanted) console.error(`demo: ${what}: exit ${status} instead of ${wanted}`);
}

async function main() {
  for (const reason of await installMissing(["demo/demo.mjs"])) console.error(reason);
  await startEngine();
  title(`Two hosts: ${imageName}`);
  const hosts = await Promise.all([startHost("web1"), startHost("web2")]);
  const home = await makeHome();
  try {
    for (const host of hosts) home.add(host, [host.name]);
    const names = hosts.map(({ name }) => name);

    title("What would change? Nothing is written for this");
    expect("plan", harden(home, ["plan", ...names, "--detailed-exitcode"]), 2);

    title("Apply to both: one question (answered by --yes), proof over a new connection, confirm");
    expect("apply", harden(home, ["apply", ...names, "--yes"]), 0);

    title("Again: nothing to do, nothing written");
    expect("plan again", harden(home, ["plan", ...names, "--detailed-exitcode"]), 0);

    title("The effective state, check by check");
    expect("verify", harden(home, ["verify", "web1"]), 0);

    title("A deliberate lock-out: somebody's rule shuts everybody out while a change is applied");
    const profile = join(home.folder, "strict.yaml");
    writeFileSync(profile, "extends: production\nfail2ban:\n  banTime: 3600\n");
    const [web1] = hosts;
    const shut = () => web1.exec("touch /etc/nologin; iptables -I INPUT 1 -p tcp --dport 22 --syn -j DROP");
    const args = ["apply", "web1", "--profile", profile, "--yes", "--confirm-timeout", "15"];
    expect("locked out", await hardenWhile(home, args, { moment: ": armed", happens: shut }), 4);
    await web1.exec("rm /etc/nologin; iptables -D INPUT -p tcp --dport 22 --syn -j DROP");

    title("What was done to web1, by whom");
    expect("runs", harden(home, ["runs", "web1"]), 0);

    title("Days later: undo the first run, as an armed and proven run of its own");
    expect("rollback", harden(home, ["rollback", "web1", "--yes"]), 0);
    expect("plan after", harden(home, ["plan", "web1", "--only", "fail2ban", "--detailed-exitcode"]), 2);
  } finally {
    home.remove();
    await Promise.all(hosts.map((host) => host.remove()));
  }
  const good = expected.every(Boolean);
  console.log(good ? "\nThe demo went as it should." : "\nThe demo did not go as it should.");
  process.exitCode = good ? 0 : 1;
}

await main();
