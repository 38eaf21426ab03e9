/** What `--format` takes; apart from what writes them, which is loaded when it is asked for. */
export const formatNames = ["text", "json", "junit", "sarif", "markdown", "html"] as const;

export type FormatName = (typeof formatNames)[number];
