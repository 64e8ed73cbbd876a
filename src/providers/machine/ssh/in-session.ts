import type { Session } from "./session.ts";

/**
 * Does something in a session and closes it, whatever comes of it: one that stayed open would hold the machine's lock,
 * and this process, for as long as the machine waits for more.
 */
export async function inSession<T>(session: Session, act: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}
