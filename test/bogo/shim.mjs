// What each of BoringSSL's protocol tests starts: a client or server of libssl through
// `libssl-session/libssl`. It does what its flags say and echoes what it is sent. Exit code 0: all was
// as the flags say. 1: not; why is on standard error. 90: it cannot do what the test asks for.

import { fileURLToPath } from 'node:url';
import { connection } from './connection.mjs';
import { Failure, freeContext, newContext } from './contexts.mjs';
import { parse, Unimplemented } from './flags.mjs';

async function run(args, contexts) {
  const { initial, resume, retry } = parse(args);
  for (let i = 0; i <= (initial.resumeCount ?? 0); ++i) {
    const isResume = i > 0;
    const config = isResume ? resume : initial;
    const session = config.server ? 0 : (contexts.at(-1)?.sessions.at(-1) ?? 0);
    if (isResume && !config.server && session === 0) throw new Failure('No session to offer.');
    const context = newContext(config, contexts.at(-1));
    contexts.push(context);
    await connection({ config, retry, context, isResume, session });
  }
}

/** The exit code of a test, and what goes to standard error. */
export async function outcome(args) {
  const contexts = [];
  try {
    await run(args, contexts);
    return { code: 0, text: '' };
  } catch (error) {
    if (error instanceof Unimplemented) return { code: 90, text: `${error.message}\n` };
    const text = error instanceof Failure ? error.message : error.stack;
    return { code: 1, text: `${text}\n` };
  } finally {
    for (const context of contexts) freeContext(context);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { code, text } = await outcome(process.argv.slice(2));
  process.stderr.write(text, () => process.exit(code));
}
