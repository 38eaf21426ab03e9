/** What rsyslog logs of its connection, and what that means. Pure. */

/** From what says most: the line by which a refused or missing collector is known. */
const reasons = [
  /peer name not authorized/,
  /^Certificate error|certificate (?:is not valid|verify failed|has expired)/,
  /cannot connect to|could not (?:connect|get addrinfo)|[Nn]ame or service not known|not known for address/,
  /could not load module/,
  /TLS session terminated with|SSL_ERROR|OpenSSL Error/,
  /action '[^']+' suspended|error forwarding via tcp/,
];

const isTrouble = (line: string) => reasons.some((reason) => reason.test(line));

/**
 * Why messages don't arrive, in rsyslog's own words without its version; undefined where nothing was wrong since the queue
 * `name` was last taken up again.
 */
export function trouble(said: readonly string[], name: string): string | undefined {
  const resumed = said.findLastIndex((line) => line.startsWith(`action '${name}' resumed`));
  const since = said.slice(resumed + 1).filter(isTrouble);
  const reason = reasons.find((each) => since.some((line) => each.test(line)));
  const line = reason === undefined ? undefined : since.findLast((each) => reason.test(each));
  return line?.replace(/ *\[v[\d.]+[^\]]*\]\s*$/, "").trim();
}
