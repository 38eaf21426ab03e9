import { afterEach, expect, it } from "vitest";
import { unbanScript } from "../../src/host/script.ts";
import { Root, shells } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

const client = `#!/bin/sh
echo "$# $*" >>"$(dirname "$0")/../asked"
[ ! -e "$(dirname "$0")/../deaf" ] || { echo "Failed to access socket path" >&2; exit 255; }
echo 1
`;

it.each(shells)(
  "an address is let in by %s %s, or told why not; nothing is kept on the host",
  async (...shell) => {
    root = new Root(shell);
    root.program("fail2ban-client", client);
    for (const address of ["203.0.113.7", "2001:db8::7"]) {
      const sent = await root.send(unbanScript(address, root.options()));
      expect(sent).toMatchObject({ outcome: "unbanned", stderr: "" });
    }
    expect(root.read("asked")).toBe("2 unban 203.0.113.7\n2 unban 2001:db8::7\n");
    root.write("deaf", "");
    const refused = await root.send(unbanScript("203.0.113.7", root.options()));
    expect(refused.outcome).toBe("refused");
    expect(refused.events).toContainEqual(
      expect.objectContaining({
        event: "refused",
        object: "203.0.113.7",
        text: "Failed to access socket path",
      }),
    );
    expect(root.exists("var/lib/harden")).toBe(false);
  },
);

it("nothing but an address is taken", () => {
  root = new Root();
  for (const wrong of ["", "--all", "a.example", "1.2.3.4 5.6.7.8", "1.2.3.4;reboot", "$(reboot)"])
    expect(() => unbanScript(wrong, root.options()), wrong).toThrow("not an address");
});
