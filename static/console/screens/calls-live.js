// A page of the list of calls that follows what happens.

import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { useEvents, useLoad, useSoon } from '../live.js';

const FILTERS = ['state', 'user', 'caller', 'callee', 'reason', 'door', 'from', 'to'];
/** So many rows may gather on top of a page before it is loaded anew. */
const MOST_ROWS = 300;
/** A list may lag a second behind what was told before the page listened. */
const LIST_LAG_MS = 1_200;

/** The part of the address that the API filters by. */
export function filtersOf(query) {
  return Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
}

/** Whether a call would be in a list with these filters. */
export function fits(call, { state, user, caller, callee, reason, door, from, to }) {
  const at = Date.parse(call.requested_at);
  return (
    (!state || call.state === state) &&
    (!user || call.caller === user || call.callee === user) &&
    (!caller || call.caller === caller) &&
    (!callee || call.callee === callee) &&
    (!reason || call.reason === reason) &&
    (!door || call.caller_door === door || call.callee_door === door) &&
    (!from || at >= Date.parse(from)) &&
    (!to || at <= Date.parse(to))
  );
}

/** The rows with what has happened since: the newest on top, each as far as anybody has told. */
export function merge(rows, changes, filters, mayAdd) {
  const byId = new Map(rows.map((call) => [call.id, call]));
  for (const call of changes) {
    const known = byId.get(call.id);
    if (known ? known.version >= call.version : !mayAdd) continue;
    if (fits(call, filters)) byId.set(call.id, call);
    else byId.delete(call.id);
  }
  return [...byId.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}

/** A page of calls that follows the events: `fresh` has the ids of those that changed last. */
export function useCalls(filters, { cursor = '', limit } = {}) {
  const [rows, setRows] = useState([]);
  const [fresh, setFresh] = useState(new Set());
  const waiting = useRef([]);
  const { data, error, isLoading, reload } = useLoad(async () => {
    const page = await api.get('/calls', { ...filters, cursor, limit });
    setRows(merge(page.items, waiting.current, filters, !cursor));
    setFresh(new Set());
    return page;
  }, [JSON.stringify(filters), cursor]);
  useEffect(() => {
    const timer = setTimeout(reload, LIST_LAG_MS);
    return () => clearTimeout(timer);
  }, [JSON.stringify(filters), cursor]);
  const settle = useSoon(() => {
    const changes = waiting.current;
    waiting.current = [];
    if (rows.length > MOST_ROWS) {
      waiting.current = [...changes.slice(-MOST_ROWS), ...waiting.current];
      reload();
      return;
    }
    setRows((before) => merge(before, changes, filters, !cursor));
    setFresh(new Set(changes.map(({ id }) => id)));
  }, 120);
  useEvents(({ event, data: { data: facts } }) => {
    if (event === 'gap') reload();
    if (!facts?.call || event === 'worker.failed') return;
    waiting.current.push(facts.call);
    settle();
  });
  return { rows, fresh, next: data?.next_cursor ?? null, isLoaded: data !== undefined, isLoading, error, reload };
}

