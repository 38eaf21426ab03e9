/** Secrets by the form that their issuer gives them: the recommended rules of secretlint, and the forms that it lacks. Pure. */
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { SecretLintRuleContext, SecretLintSourceCode } from "@secretlint/types";
import { lazy } from "../once.ts";
import { isDrawn, isSum } from "./random.ts";
import { forms, tokens } from "./words.ts";

/** What it is, and as it stands in the text. */
export interface KnownSecret {
  readonly name: string;
  readonly value: string;
}

type Range = SecretLintRuleContext extends { report(descriptor: infer D): void } ? D : never;

/** As secretlint calls its rules, without the rest of it: none of them waits for anything. */
const scanners = lazy(() =>
  rules
    .filter(({ meta }) => meta.type === "scanner" && !isOurs.test(meta.id))
    .map((rule) => {
      let found: Range["range"][] = [];
      const context: SecretLintRuleContext = {
        sharedOptions: {},
        createTranslator: () => (id) => ({ message: String(id), messageId: String(id) }) as never,
        report: ({ range }) => found.push(range),
        ignore: () => {},
      };
      const { file } = rule.create(context, {} as never);
      const name = issuers[/[^-]*$/.exec(rule.meta.id)![0]] ?? "a service";
      return (text: string): readonly KnownSecret[] => {
        found = [];
        void file?.(sourceOf(text));
        return found.map((range) => ({ name: `a secret of ${name}`, value: text.slice(...range) }));
      };
    }),
);

/** URLs and PEM are looked at by rules of our own, which know variables. */
const isOurs = /-(?:privatekey|basicauth|string)$/;

const issuers: Readonly<Record<string, string>> = {
  aws: "AWS",
  gcp: "Google Cloud",
  npm: "npm",
  slack: "Slack",
  sendgrid: "SendGrid",
  shopify: "Shopify",
  github: "GitHub",
  gitlab: "GitLab",
  grafana: "Grafana",
  openai: "OpenAI",
  anthropic: "Anthropic",

  groq: "Groq",
  huggingface: "Hugging Face",
  linear: "Linear",
  notion: "Notion",
  "1password": "1Password",
  vault: "Vault",
  vercel: "Vercel",
  databricks: "Databricks",
  docker: "Docker",
  figma: "Figma",
};

const sourceOf = (content: string) =>
  ({ content, contentType: "text", ext: "", filePath: "", hasBOM: false }) as unknown as SecretLintSourceCode;

/** None is shorter, and most texts have no such word. */
const mayHave = /[\w./+=~:-]{16}|-----BEGIN/;

/**
 * What the issuers themselves show in their documents or make for everybody to read (Stripe, PostHog, Supabase), what only has
 * the form, and a sum of a password.
 */
const isExample = (value: string) =>
  /EXAMPLE|(.)\1{7}|^pk_(?:live|test)_|^phc_|^sb_publishable_/.test(value) || isSum(value);

export const isHarmless = (value: string): boolean =>
  isExample(value) || (prefix.test(value) && !isDrawn(value));

const prefix = new RegExp(`^(?:${tokens.source})$`);

/** By each of the rules; several may know the same one. */
export function knownWithin(text: string): readonly KnownSecret[] {
  if (!mayHave.test(text)) return [];
  const own = forms.flatMap(([name, form]) => {
    const value = form.exec(text)?.[0];
    return value === undefined ? [] : [{ name, value }];
  });
  const prefixed = [...text.matchAll(tokens)]
    .map(([value]) => ({ name: "a token", value }))
    .filter(({ value }) => isDrawn(value));
  const all = [...own, ...scanners().flatMap((scan) => scan(text)), ...prefixed];
  return all.filter(({ value }) => !isExample(value));
}

/** What a text has by its form, if anything. */
export const formIn = (text: string): string | undefined => knownWithin(text)[0]?.name;
