/** How a service is kept alive: whether the engine knows that it works, and starts it again. */
import type { Fault } from "../../checks/object.ts";
import { references } from "../../controls/references.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import { saidBy } from "../dockerfile.ts";
import * as wishes from "../fix/limits.ts";
import { get, isTrue, keyAt, textOf, valuesOf } from "../tree.ts";
import { isJob, type ServiceView } from "../view.ts";

function health(view: ServiceView): readonly Fault[] | string {
  const { node, at, built } = view;
  if (isJob(view)) return "something waits until it has ended";
  const check = get(node, "healthcheck");
  const remedy = "Write healthcheck: with a test that asks the service itself.";
  if (isTrue(get(check, "disable")) || valuesOf(get(check, "test"))[0]?.value === "NONE")
    return [{ at: keyAt(node, "healthcheck")!, found: "the health check is switched off", remedy }];
  if (check !== undefined && get(check, "test") !== undefined) return [];
  if (
    built !== undefined &&
    saidBy(built, "HEALTHCHECK").some(({ words }) => words[0]?.toUpperCase() !== "NONE")
  )
    return [];
  return [{ at: keyAt(node, "healthcheck") ?? at, found: "no healthcheck with a test", remedy }];
}

function restart(view: ServiceView): readonly Fault[] | string {
  const { node, at } = view;
  if (isJob(view)) return "something waits until it has ended";
  const policy = textOf(get(node, "restart"));
  const deployed = textOf(get(node, "deploy", "restart_policy", "condition"));
  // Compose goes by this one where both are there.
  if (deployed === "none" || deployed === "no")
    return [
      {
        at: keyAt(get(node, "deploy", "restart_policy"), "condition")!,
        found: `deploy.restart_policy.condition: ${deployed}${policy === undefined ? "" : `, which counts and not restart: ${policy}`}`,
        remedy: "Take deploy.restart_policy out, and write restart: on-failure:5, or unless-stopped.",
      },
    ];
  if (deployed !== undefined || (policy !== undefined && policy !== "no" && policy !== "false")) return [];
  return [
    {
      at: keyAt(node, "restart") ?? at,
      found: policy === undefined ? "restart is missing" : `restart: ${policy}`,
      remedy: "Write restart: on-failure:5, or unless-stopped where it must come back whatever happens.",
    },
  ];
}

export const aliveChecks = checksOf({
  health: {
    id: "containers.health",
    criteria: ["CC7.2"],
    title: "The engine knows whether a service works",
    severity: "low",
    answers: ["deployed.health"],
    role: "audit",
    references: references({ docker: "5.27" }),
    expected: "a healthcheck with a test, here or in the Dockerfile; of what runs one that does not fail",
    why: "A service that hangs counts as running, and what depends on it starts against nothing.",
    leavesOpen: "A test that only asks for the port is green while the service answers with errors.",
    stricter:
      "A test that asks for what users need, the database too: while that is away, all of them are unhealthy.",
    look: inspect("{{.State.Health.Status}}"),
    test: eachService(health),
  },
  restart: {
    id: "containers.restart",
    criteria: ["A1.2"],
    title: "A service comes back",
    severity: "low",
    role: "audit",
    references: references({ docker: "5.15" }),
    expected: "restart: on-failure:5, unless-stopped or always",
    why: "After a crash or a reboot it stays down. The benchmark wants on-failure with five tries at most; the others pass, for the engine waits longer each time.",
    leavesOpen: "Whoever can make it crash has it start again and again.",
    stricter:
      "`restart: on-failure:5`, the benchmark's: after five failures it stays down until somebody looks.",
    look: inspect("{{.HostConfig.RestartPolicy.Name}}"),
    test: eachService(restart),
    fix: wishes.restart,
  },
});
