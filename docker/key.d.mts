export const testKey: string;
export function makeKey(): Promise<void>;
