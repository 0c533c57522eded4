// Sending deliveries again: one after the other, with progress, a way to stop, and a summary.

import { useRef, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { plural } from '../format.js';
import { Problem, confirm, html } from '../parts.js';
import { deliveriesPath } from './deliveries-load.js';

const many = (n) => plural(n, 'delivery', 'deliveries');

/** @param {() => void} onDone what to do when all were sent */
export function useReplay(onDone) {
  const [progress, setProgress] = useState(null);
  const stopped = useRef(false);

  const run = async (deliveries) => {
    stopped.current = false;
    const now = { total: deliveries.length, sent: 0, failed: 0, isRunning: true, error: null };
    setProgress({ ...now });
    for (const { hook, id } of deliveries) {
      if (stopped.current) break;
      try {
        await api.post(`${deliveriesPath(hook)}/${id}/replay`);
        now.sent += 1;
      } catch (error) {
        now.failed += 1;
        now.error = error;
      }
      setProgress({ ...now });
    }
    setProgress({ ...now, isRunning: false, isStopped: stopped.current });
    onDone();
  };

  /** Asks, then sends these again. Resolves to whether it was done. */
  const ask = async (deliveries) => {
    const body = 'Each goes to its hook once more with all its tries. A hook that has seen it before knows it by its webhook-id.';
    if (!(await confirm({ title: `Replay ${many(deliveries.length)}?`, body, action: 'Replay', danger: false }))) return false;
    await run(deliveries);
    return true;
  };

  /** Finds all that match first, then asks. */
  const askAll = async (load, words) => {
    stopped.current = false;
    setProgress({ isLooking: true, isRunning: true, found: 0, words });
    try {
      const found = await load((count) => {
        setProgress({ isLooking: true, isRunning: true, found: count, words });
        return !stopped.current;
      });
      setProgress(null);
      if (!stopped.current && found.length > 0) await ask(found);
    } catch (error) {
      setProgress({ total: 0, sent: 0, failed: 0, error, isRunning: false });
    }
  };

  return {
    progress,
    isRunning: progress?.isRunning === true,
    ask,
    askAll,
    stop: () => {
      stopped.current = true;
    },
    clear: () => setProgress(null),
  };
}

export function Replaying({ replay }) {
  const { progress, stop, clear } = replay;
  if (!progress) return null;
  const { total, sent, failed, isRunning, isStopped, isLooking, found, words, error } = progress;
  const title = isLooking
    ? `Looking for ${words}: ${found} so far`
    : isRunning ? `Replaying: ${sent + failed} of ${total}`
      : `${isStopped ? 'Stopped' : 'Done'}: ${many(sent)} of ${total} will be sent again${failed ? `, ${failed} failed` : ''}`;
  return html`
    <section class="card" data-testid="replay-progress">
      <div class="row">
        <strong role="status">${title}</strong>
        ${isRunning
          ? html`<button type="button" class="small push" onClick=${stop} data-testid="replay-stop">Stop</button>`
          : html`<button type="button" class="small push" onClick=${clear}>Close</button>`}
      </div>
      ${!isLooking && html`<progress max=${total} value=${sent + failed} aria-label="replayed"></progress>`}
      <${Problem} error=${error} />
    </section>`;
}
