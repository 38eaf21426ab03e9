/** Names of certificates, and which domains they are for. Pure. */

/** RFC 6125: a star stands for the first label. */
export const covers = (pattern: string, name: string) =>
  pattern === name || (pattern.startsWith("*.") && name.slice(name.indexOf(".")) === pattern.slice(1));

/** Without certbot's own number behind a domain that it has twice. */
export const domainOf = (lineage: string) => lineage.replace(/-\d{4}$/, "");
