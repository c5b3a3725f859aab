import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where `libssl-session setup` puts libssl 1.1.1 for its user: below `XDG_CACHE_HOME`, else below
 * `~/.cache`. A directory for each architecture, because a home may be shared by machines. undefined: there is no such place.
 */
export function cacheDirectory(): string | undefined {
  const { XDG_CACHE_HOME: chosen } = process.env;
  // Relative paths are invalid there, and to be ignored.
  if (chosen && isAbsolute(chosen)) return join(chosen, ...own);
  const home = homeDirectory();
  return home === undefined ? undefined : join(home, '.cache', ...own);
}

const own = ['libssl-session', process.arch];

function homeDirectory(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined; // a user without a home, as containers have them
  }
}
