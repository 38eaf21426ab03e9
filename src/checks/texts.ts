/** Texts that the records of several controls and groups share. */
export const sealed =
  "Hashes of them that are kept and compared elsewhere (AIDE): somebody has to look at each difference after an upgrade.";

export const oneGate = "One VPN or jump host in `access.from`: while it is away, the console alone is left.";

export const logsElsewhere =
  "A driver that sends them elsewhere (`syslog` over TLS, `fluentd`): a collector has to be kept.";

export const namesApart =
  "One certificate a name and no wildcard: more renewals, of which the CA allows so many a week.";

export const ownMounts =
  "A certificate, a group and mounts (`live/NAME`, `archive/NAME`) for each service: kept by hand, for harden knows one group.";

export const rootless =
  "Rootless Docker or `userns-remap`, where root inside is nobody on the host: volumes change their owner's number.";
export const searched =
  "A search of all that is committed and built (gitleaks, trufflehog): false alarms have to be sorted out.";

export const pairs =
  "A network for each pair that talks, such as proxy and app, app and database: more names in the file.";
