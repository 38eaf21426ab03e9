export const dockerProgram: string;
export function docker(args: readonly string[]): Promise<string>;
export function dockerAnswers(): Promise<boolean>;
export function startEngine(): Promise<void>;
export const networkName: string;
export function ownerOf(pid: number): string | undefined;
export function labels(owner: string): string[];
export function removeContainers(owner?: string): Promise<void>;
