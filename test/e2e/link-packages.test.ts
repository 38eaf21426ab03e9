import { describe, expect, it } from "vitest";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost } from "./hosts.ts";
import { applyInside, inside } from "./inside.ts";
import { startLink } from "./link.ts";
import { state } from "./state.ts";

describe.skipIf(!hasDocker())(
  "a link that is cut between the packages and the rest",
  { timeout: 300_000 },
  () => {
    it("comes back: the host is armed by then, and rolled back", async () => {
      const host = await startHost("debian13", "bare");
      const link = await startLink(host);
      try {
        const pristine = await state(host.exec);
        let began = false;
        let planned = false;
        const tool = inside(host, {
          onScript(script) {
            if (script.includes("'begin'")) began = true;
            else if (began && !planned) {
              planned = true;
              link.cut();
            }
          },
          onText: (text) => /^no link: /.test(text) && link.mend(),
        });
        const install = profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\n");
        const on = { target: link.alias, profile: install, confirmTimeout: 60 };
        const { result, status } = await applyInside(tool, on);
        expect(planned).toBe(true);
        expect(status, tool.said()).toBe(4);
        expect(result).toMatchObject({ value: { outcome: "rolled back", notes: [] } });
        await untilSettled(host);
        expect(await outcome(host)).toMatch(/^rolled-back clean /);
        expect((await host.exec("command -v ufw")).code).not.toBe(0);
        await expectPristine(host, pristine);
      } finally {
        await link.close();
        await host.remove();
      }
    });
  },
);
