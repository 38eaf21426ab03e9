/** The files that a renewal needs: certbot's hooks, and for webroot what nginx serves. Pure. */
import renderReadme from "../../../templates/acme-readme.hbs";
import renderSnippet from "../../../templates/nginx-acme.conf.hbs";
import renderDeploy from "../../../templates/renewal-deploy.sh.hbs";
import renderService from "../../../templates/renewal-service.sh.hbs";
import { questionPath } from "../../facts/acme.ts";
import { letsencrypt } from "../../facts/certificates.ts";
import { markPath } from "../../facts/renewal.ts";
import type { FileResource } from "../../kinds/file.ts";
import { rootFile } from "../../plan/claim.ts";
import type { CertificateService, CertificatesParams } from "./schema.ts";

const folder = `${letsencrypt}/renewal-hooks`;

export const hookPaths = {
  stop: `${folder}/pre/harden-stop-service.sh`,
  start: `${folder}/post/harden-start-service.sh`,
  deploy: `${folder}/deploy/harden-open-key.sh`,
} as const;

export const snippetPath = "/etc/nginx/snippets/harden-acme.conf";
/** As nginx's own configuration includes it. */
export const include = "snippets/harden-acme.conf";

/** It makes the folder, too, and is what a check asks port 80 for. */
const readme = `${questionPath}/README`;
export const readmePath = ({ webroot }: Pick<CertificatesParams, "webroot">) => `${webroot}${readme}`;

/** As a person reads it. */
export const serviceText = (service: CertificateService) =>
  typeof service === "string" ? service : `${service.name} of ${service.project}`;

/** What stands in the mark while the service is stopped. */
const markOf = (service: CertificateService) =>
  typeof service === "string" ? `unit ${service}` : `compose ${service.project} ${service.name}`;

/** Single quotes are enough: the schema lets neither quotes nor line breaks into any of these words. */
const wordsOf = (service: CertificateService | undefined) =>
  typeof service === "string"
    ? { unit: service, project: "", name: "" }
    : { unit: "", project: "", name: "", ...service };

const script = (path: string, text: string): FileResource =>
  rootFile(path, Buffer.from(text), { mode: "0755" });

function serviceHook(service: CertificateService, stops: boolean): FileResource {
  const { stop, start } = hookPaths;
  const [path, other] = stops ? [stop, start] : [start, stop];
  const words = { ...wordsOf(service), said: serviceText(service), what: markOf(service), mark: markPath };
  return script(path, renderService({ ...words, stops, other }));
}

function deployHook({ renewal, service, gid, domains = [] }: CertificatesParams): FileResource {
  // A standalone renewal starts the service anew, behind this.
  const told = renewal === "webroot" ? (service ?? "nginx.service") : undefined;
  const names = domains.map((domain) => `'${domain}'`).join(" | ");
  return script(hookPaths.deploy, renderDeploy({ root: letsencrypt, gid, domains: names, ...wordsOf(told) }));
}

/** `nginx`: whether the host has one of its own. */
export function renewalFiles(
  params: CertificatesParams,
  { nginx }: { readonly nginx: boolean },
): readonly FileResource[] {
  const { renewal, service, webroot } = params;
  if (renewal === undefined) return [];
  if (renewal === "standalone") {
    const hooks = service === undefined ? [] : [serviceHook(service, true), serviceHook(service, false)];
    return [...hooks, deployHook(params)];
  }
  const question = rootFile(readmePath(params), Buffer.from(renderReadme({})));
  const snippet = rootFile(snippetPath, Buffer.from(renderSnippet({ webroot, include })));
  return [deployHook(params), question, ...(nginx ? [snippet] : [])];
}

const header = "# Written by harden";

/** What is asked for, and what the right answer has in it. */
export const question = [readme, header] as const;

/** Whether the text is one of ours. */
export const isOurs = (content: Buffer | undefined) =>
  content?.subarray(0, 200).toString("latin1").includes(header) === true;
