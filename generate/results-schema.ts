/** schema/results.json: what `--format json` of `plan`, `verify`, `audit`, `compose check`, `compose fix` and `cloud check` writes, and checks by a framework's criteria, made of this model, which tests hold against both. */
import { z } from "zod";
import { frameworks } from "../src/assess/frameworks.ts";
import { grades } from "../src/assess/score.ts";
import { layers } from "../src/checks/layers.ts";
import { controls } from "../src/controls/index.ts";
import { hostVerdicts } from "../src/results/verdict.ts";

const verdict = z.enum(["pass", "fail", "not applicable", "error", "until the next boot"]);
const day = z.iso.date().describe("The last day (UTC) on which the waiver counts");

const waiver = z
  .strictObject({
    state: z
      .enum(["waived", "expired", "refused"])
      .describe(
        "Only waived keeps it from failing; expired: its day is over; refused: a proof can't be waived",
      ),
    reason: z.string(),
    owner: z.string().describe("Empty where a file's waiver names nobody"),
    until: day,
  })
  .meta({ id: "waiver" });

const check = z
  .strictObject({
    id: z
      .string()
      .describe(
        `Such as ${controls[0]!.checks[0]!.id}; stable. Several may have one id, each about its object`,
      ),
    control: z.string().describe("The profile's section, or host"),
    title: z.string().describe("What should hold"),
    severity: z.enum(["high", "medium", "low"]),
    layer: z.enum(layers),
    role: z
      .enum(["proof", "audit", "advice"])
      .describe(
        "proof: an apply brings it about or rolls back; audit: no plan can alter it; advice: counts in audit and checklist only",
      ),
    references: z.array(z.strictObject({ benchmark: z.string(), number: z.string() })),
    object: z.string().describe("What it is about, where its check is about several things; else empty"),
    verdict: verdict.describe("A waived one keeps its verdict, and never counts as passed"),
    expected: z.string(),
    found: z.string(),
    place: z
      .strictObject({ file: z.string(), line: z.int(), column: z.int() })
      .optional()
      .describe("Of what stands in a file"),
    pending: z
      .enum(["finalize", "reboot"])
      .optional()
      .describe("What mends it is in place and still to come"),
    measured: z.literal(true).optional().describe("Its section says apply: false"),
    waiver: waiver.optional(),
    remedy: z.string().optional().describe("What to do about it"),
    points: z
      .int()
      .optional()
      .describe("Of an audit, of what doesn't hold: what it takes of a full score of the host"),
    hiddenBy: z
      .string()
      .optional()
      .describe("Of an audit: the check that counts in its place, for both have one cause"),
    waive: z
      .string()
      .optional()
      .describe(
        "The lines of a profile (YAML), or the comment of a compose file, that would waive it once they are filled in",
      ),
    since: z
      .enum(["new", "known"])
      .optional()
      .describe("Of what is open, where there is a baseline: known was open then, and doesn't count"),
  })
  .meta({ id: "check" });

const finding = z
  .strictObject({
    control: z.string(),
    id: z.string(),
    level: z.enum(["block", "warn", "note"]),
    message: z.string(),
    hint: z.string().optional(),
  })
  .meta({ id: "finding" });

const host = z
  .strictObject({
    hostname: z.string(),
    machineId: z.string(),
    bootId: z.string(),
    distro: z.string(),
    version: z.string(),
    codename: z.string(),
    kernel: z.string(),
    architecture: z.string(),
    systemd: z.boolean(),
    container: z.string(),
    uid: z.int(),
  })
  .meta({ id: "host" });

const profile = z
  .strictObject({
    name: z.string(),
    file: z.string().optional(),
    digest: z.string(),
    commit: z.string().optional(),
    dirty: z.boolean().optional(),
  })
  .meta({ id: "profile" });

const verified = z
  .strictObject({
    host,
    profile,
    checks: z.array(check),
    unsettled: z
      .array(z.strictObject({ run: z.string(), state: z.string(), time: z.string(), who: z.string() }))
      .describe("Runs that aren't settled: what was found may not last"),
    findings: z.array(finding),
  })
  .meta({ id: "verified" });

const composed = z
  .strictObject({
    files: z.array(z.string()).describe("Judged as one, the others laid over the first"),
    services: z.array(z.string()),
    checks: z.array(check),
    findings: z
      .array(finding)
      .describe("What is only told: unknown keys and variables, waivers that waive nothing"),
  })
  .meta({ id: "composed" });

const clouded = z
  .strictObject({
    file: z.string(),
    tiers: z.array(z.string()),
    checks: z.array(check),
    findings: z.array(finding).describe("What nothing here looks at"),
  })
  .meta({ id: "clouded" });

const door = z.strictObject({
  port: z.number(),
  of: z.string().describe("The container that publishes it, or the process that listens"),
  role: z.enum(["proxy", "data", "other", "the host's"]),
  answer: z.union([
    z.strictObject({ is: z.literal("silent"), why: z.string() }),
    z.strictObject({ is: z.literal("refused") }),
    z.strictObject({
      is: z.literal("tls"),
      seen: z.strictObject({
        protocol: z.string(),
        takesOld: z.boolean().describe("TLS 1.1 or older"),
        untrusted: z.string().optional(),
        misnamed: z.string().optional().describe("The names that it is of"),
        until: z.number().optional().describe("Milliseconds since 1970"),
      }),
    }),
    z.strictObject({ is: z.literal("tls, not seen"), why: z.string() }),
    z.strictObject({ is: z.literal("http"), status: z.number(), location: z.string().optional() }),
    z.strictObject({ is: z.literal("other") }),
  ]),
});

const layer = z.enum(layers);

const weighed = {
  score: z.int().min(0).max(100).optional().describe("Left out where nothing was measured"),
  layers: z.array(
    z.strictObject({
      layer,
      score: z.int().min(0).max(100).optional(),
      grade: z.enum(grades).optional().describe("Left out where nothing was there to be measured"),
      failing: z.int().describe("Checks that don't hold, each once"),
      unmeasured: z.int(),
      hidden: z.int().describe("Checks more, by causes that are counted"),
    }),
  ),
  group: z
    .strictObject({
      hosts: z.int().min(0).describe("That have a score"),
      unread: z.int().min(0).describe("Without a score, as they could not be read"),
      worst: z.strictObject({ target: z.string(), score: z.int().min(0).max(100) }),
      median: z.int().min(0).max(100).describe("Of an even number the lower of the two in the middle"),
    })
    .optional()
    .describe("Of all hosts of this audit, the same in each; left out where fewer than two have a score"),
  assets: z
    .array(
      z.strictObject({
        asset: z.enum(["login", "database", "secret"]),
        guards: z.array(
          z.strictObject({
            layer,
            does: z.string(),
            open: z.array(z.string()).describe("Checks that don't hold; it guards where there is none"),
          }),
        ),
      }),
    )
    .describe("What matters, and which layers guard it"),
};

const entry = z.strictObject({
  kind: z.string().describe("The check privileges.KIND is about it"),
  name: z.string().describe("Stable; as privileges.accepted.KIND of a profile names it"),
  about: z.string(),
  by: z.string().optional().describe("What explains it; left out where nothing does"),
});

const unread = z.strictObject({ kind: z.string(), why: z.string() });

const inventory = z
  .strictObject({
    entries: z.array(entry),
    unread: z.array(unread).describe("Why there may be more of a kind"),
    unused: z
      .array(z.strictObject({ kind: z.string(), name: z.string() }))
      .describe("What the profile accepts and the host doesn't have"),
  })
  .meta({
    id: "inventory",
    description: "Who may become root, and what runs as root; left out where the profile doesn't ask for it",
  });

const since = z
  .strictObject({
    baseline: z.string().describe("Its file"),
    useless: z.string().optional().describe("Why nothing of it counts for this target"),
    mended: z.array(
      z.strictObject({
        id: z.string(),
        object: z.string(),
        was: verdict,
        now: z.enum([...verdict.options, "waived", "gone"]),
      }),
    ),
    unlooked: z.array(z.string()).describe("What was measured then and isn't looked at now: it never passes"),
    inventory: z
      .strictObject({
        new: z.array(entry).describe("What nothing explains, and was not so then: each counts"),
        uncompared: z
          .array(unread.partial({ kind: true }))
          .describe("What can't be compared, all of it where no kind is named: it never passes"),
      })
      .optional(),
  })
  .meta({ id: "since" });

const audited = z
  .strictObject({
    at: z.iso.datetime().describe("When it was measured, by the clock of the machine that this ran on"),
    host,
    profile,
    ...weighed,
    engine: z.union([
      z.strictObject({
        state: z.literal("asked"),
        version: z.string(),
        cores: z.int(),
        memory: z.int().describe("Of the host, in bytes"),
      }),
      z.strictObject({ state: z.enum(["not applicable", "unasked"]), why: z.string() }),
    ]),
    containers: z.array(
      z.strictObject({
        name: z.string(),
        image: z.string(),
        project: z.string().optional(),
        service: z.string().optional(),
        networks: z.array(z.string()),
        health: z
          .string()
          .optional()
          .describe("starting, healthy or unhealthy; left out where nothing asks it, or it runs once"),
        cpus: z.number().optional().describe("Cores; left out where there is no limit"),
        memory: z
          .strictObject({
            limit: z.int().optional(),
            used: z.int().optional().describe("Without what the kernel takes back by itself"),
            peak: z.int().optional().describe("With the cache of files"),
          })
          .describe("Bytes; left out where there is no limit, or the kernel doesn't say it"),
      }),
    ),
    networks: z.array(z.strictObject({ name: z.string(), driver: z.string(), internal: z.boolean() })),
    reach: z
      .array(
        z.strictObject({
          from: z.string(),
          to: z.string(),
          answer: z.enum(["yes", "not known"]),
          by: z.array(z.string()).describe("Networks; host, or its own of one shared namespace"),
        }),
      )
      .describe("Who reaches whom; pairs that are left out don't"),
    outside: z
      .union([
        z.strictObject({ doors: z.array(door) }),
        z.strictObject({ why: z.string().describe("It was not asked") }),
      ])
      .describe("What the machine that this ran on met at the host's TCP ports"),
    checks: z.array(check),
    findings: z.array(finding),
    inventory: inventory.optional(),
    since: since.optional(),
  })
  .meta({ id: "audited" });

const change = z
  .strictObject({
    address: z.string().describe("CONTROL/KIND:NAME, unique in a plan"),
    control: z.string(),
    kind: z.string(),
    action: z.string(),
    before: z.string().optional(),
    after: z.string().optional(),
    diff: z.string().optional(),
    details: z.array(z.string()).optional().describe("What changes within it, a line each with its mark"),
    reason: z.string(),
    effect: z.enum(["now", "reload", "restart", "reboot"]),
    afterInstall: z.enum(["exact", "address"]).optional(),
    undo: z.enum(["full", "best effort", "none"]),
    stage: z.string(),
    steps: z
      .array(z.looseObject({ verb: z.string() }))
      .describe("For harden itself: no promise is made of them"),
  })
  .meta({ id: "change" });

const plan = z
  .strictObject({
    version: z.literal(1),
    tool: z.string(),
    target: z.string(),
    host,
    hostKey: z.string().optional(),
    folders: z.record(z.string(), z.string()).optional(),
    profile,
    changes: z.array(change),
    findings: z.array(finding),
  })
  .meta({ id: "plan" });

const about = {
  target: z.string(),
  verdict: z
    .enum(hostVerdicts)
    .describe("How it ended for this host, in a word; docs/verdicts.md says when it is which"),
  status: z.int().describe("The exit status that this host alone would have given"),
};

const standing = z.enum([
  "healthy",
  "runs",
  "done",
  "on its way",
  "exited",
  "ended, to be started for ever",
  "unhealthy",
  "not started",
  "not ready in time",
]);

const tried = z
  .strictObject({
    verdict: z
      .enum(["works", "broken", "not told"])
      .describe("not told: whatever broke breaks without the fix, too, where it is tried so"),
    services: z.array(
      z.strictObject({
        name: z.string(),
        first: standing,
        again: standing.optional().describe("After it was stopped and started once more"),
        broke: z
          .strictObject({
            exitCode: z.int().optional(),
            restarts: z.int().describe("How often it was started again by itself"),
            log: z.array(z.string()).describe("Its last lines, without secrets"),
            look: z.array(z.string()).describe("Keys to look at"),
          })
          .optional(),
        original: z
          .enum(["works", "breaks too", "not told"])
          .optional()
          .describe("What became of the original, tried in the same way; only where the result broke"),
      }),
    ),
    notes: z.array(z.string()).describe("What was not as it will be"),
    left: z.array(z.string()).describe("Services that wait for a profile of compose's"),
  })
  .meta({ id: "tried" });

export const fixResult = z
  .strictObject({
    file: z.string(),
    written: z.boolean(),
    diff: z.string().describe("Without secrets; empty where nothing is to be added"),
    secrets: z
      .array(
        z.strictObject({
          path: z.string().describe("From the compose file's folder"),
          owner: z.string().describe("The numeric user who must own it, with its group where it is known"),
          from: z.enum(["kept", "generated"]).describe("kept: it stood in the compose file"),
        }),
      )
      .describe("Files that the result names, written before it"),
    byHand: z.array(z.strictObject({ key: z.string(), why: z.string() })),
    before: z.array(z.string()).describe("What must be done before the file is used"),
    told: z.array(z.string()).describe("Of passwords: who has none, and who has to be given one"),
    left: composed.describe("The file as it will be"),
    tried: tried.optional(),
  })
  .describe("harden compose fix --format json");

const failed = z
  .strictObject({
    ...about,
    error: z.strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      where: z.string().optional(),
      hostState: z.string().optional(),
    }),
  })
  .meta({ id: "failed", description: "A host without a result" });

const resultsOf = <T extends z.ZodType>(value: T) =>
  z.array(z.union([z.strictObject({ ...about, value }), failed]));

export const verifyResults = resultsOf(verified).describe("harden verify --format json: one entry a target");
export const planResults = resultsOf(plan).describe("harden plan --format json: one entry a target");

export const composeResults = resultsOf(composed).describe(
  "harden compose check --format json: one entry a file",
);

export const cloudResults = resultsOf(clouded).describe(
  "harden cloud check --format json: one entry, of the project file or of Terraform's",
);

export const auditResults = z
  .array(
    z.union([
      z.strictObject({ ...about, value: audited }),
      z.strictObject({ ...about, value: composed.extend({ since: since.optional() }) }),
      failed,
    ]),
  )
  .describe("harden audit --format json: one entry a host, then one a file");

export const inventoryResults = resultsOf(
  z.strictObject({ host, inventory: inventory.optional() }).meta({ id: "listed" }),
).describe("harden audit --inventory --format json: one entry a host");

const evidence = z.strictObject({
  check: z.string(),
  object: z.string(),
  verdict,
  expected: z.string(),
  found: z.string(),
  waived: z.string().optional().describe("Until when, and why"),
  remedy: z.string().optional(),
});

const answered = z
  .strictObject({
    list: z.enum(["checklist", "after-deploy"]),
    host,
    profile,
    unsettled: z.array(z.string()).describe("Ids of findings that let nothing be trusted"),
    lines: z.array(
      z.strictObject({
        id: z.string().describe("Stable: what an attestation names"),
        section: z.string(),
        says: z.string().describe("What holds"),
        verdict: z
          .enum(["pass", "waived", "attested", "not applicable", "fail", "not measured"])
          .describe("fail and not measured are what keeps from deploying"),
        evidence: z.array(evidence),
        attestation: z
          .strictObject({
            line: z.string(),
            who: z.string(),
            when: z.iso.date(),
            until: z.iso.date(),
            evidence: z.string(),
            state: z.enum(["valid", "over", "not yet"]),
          })
          .optional(),
        remedy: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "answered" });

export const linesResults = resultsOf(answered).describe(
  "harden checklist and harden verify --after-deploy --format json: one entry a host",
);

const basis = z
  .strictObject({
    target: z.string(),
    ...check.pick({ id: true, title: true, object: true, verdict: true, found: true }).shape,
    ...check.pick({ waiver: true, place: true }).shape,
  })
  .meta({ id: "basis", description: "What one check gave of one object of one target" });

export const frameworkResult = z
  .strictObject({
    framework: z.enum(frameworks),
    date: z.iso.datetime().describe("When it was measured"),
    tool: z.string(),
    targets: z.array(
      z.strictObject({
        target: z.string(),
        profile: profile.optional(),
        release: z.strictObject({ distro: z.string(), version: z.string() }).optional(),
        benchmarks: z.array(z.string()).describe("What it was held to"),
        doubts: z.array(z.string()).optional().describe("What keeps all of it from being trusted"),
        error: z.string().optional().describe("Why there is no result"),
      }),
    ),
    criteria: z.array(
      z.strictObject({
        benchmark: z.string(),
        number: z.string(),
        title: z.string().describe("In words of our own"),
        verdict: z
          .enum(["fail", "not measured", "waived", "pass"])
          .describe("pass: all that was measured holds, nothing is waived, and each target gave a result"),
        checks: z.array(basis),
        waived: z.array(basis).describe("Never among those that pass"),
        unasked: z.array(z.string()).describe("Checks of which nothing was told"),
      }),
    ),
    rest: z.array(basis).describe("Evidence for no criterion of the framework"),
  })
  .describe("Checks by the criteria of one framework");

export function resultsSchema() {
  const { $schema, ...rest } = z.toJSONSchema(
    z.union([
      verifyResults,
      planResults,
      composeResults,
      cloudResults,
      auditResults,
      inventoryResults,
      linesResults,
      fixResult,
      frameworkResult,
    ]),
  );
  return { $schema, title: "Results of harden", ...rest };
}
