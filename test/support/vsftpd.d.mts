import type net from 'node:net';

/** Why there is no vsftpd; undefined when there is one. */
export const noVsftpd: string | undefined;

export interface Ftp {
  server: net.Server;
  port: number;
  /** What it serves, and takes. */
  files: string;
  /** Ends it and each of its processes, and removes its files. */
  close(): Promise<void>;
}

/** Serves files over FTPS on loopback; a data connection must resume the control connection's session. */
export function startVsftpd(): Promise<Ftp>;
