export const indexPath: string;
export function controlsIndex(root: string): string;
