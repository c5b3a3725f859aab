export interface Redis {
  readonly port: number;
  /** Starts it again, empty. */
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}
export interface SlowProxy {
  readonly port: number;
  /** In milliseconds. */
  delay: number;
  close(): Promise<void>;
}
/** Why there is no server; undefined if there is one. */
export const noRedis: string | undefined;
export function freePort(): Promise<number>;
export function startRedis(settings?: Readonly<Record<string, string | number>>): Promise<Redis>;
export function startSlowProxy(port: number): Promise<SlowProxy>;
