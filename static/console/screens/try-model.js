// What the Try it screen knows of the API, read from the API's own description, and a request as code. Nothing here draws.

import { apiUrl, curl } from '../api.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const ASKS_ONCE = /\/(finish|kick|rotate-secret|restart)$/;

/**
 * The API's calls, grouped as its description groups them.
 * @param {object} document the parsed openapi.json
 * @returns {{ name: string, doc: string, operations: object[] }[]}
 */
export function readOperations(document) {
  const groups = new Map((document.tags ?? []).map(({ name, description }) => [name, { name, doc: description, operations: [] }]));
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      if (!methods[method]) continue;
      const operation = readOperation(document, path, method, methods[method]);
      if (!groups.has(operation.tag)) groups.set(operation.tag, { name: operation.tag, doc: '', operations: [] });
      groups.get(operation.tag).operations.push(operation);
    }
  }
  return [...groups.values()].filter((group) => group.operations.length > 0);
}

function readOperation(document, path, method, source) {
  const media = source.requestBody?.content?.['application/json'];
  const answers = Object.entries(source.responses ?? {}).find(([status]) => status.startsWith('2'))?.[1]?.content ?? {};
  const scopes = (source.security ?? []).flatMap((one) => Object.values(one).flat());
  return {
    id: source.operationId ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    tag: source.tags?.[0] ?? 'other',
    summary: source.summary ?? '',
    scope: scopes[0] ?? null,
    asksOnce: method === 'delete' || method === 'put' || ASKS_ONCE.test(path),
    isStream: 'text/event-stream' in answers,
    // What a header says can be said in the query too.
    parameters: (source.parameters ?? []).filter((one) => one.in !== 'header').map((one) => parameterField(document, one)),
    body: media ? bodyFields(document, media.schema) : null,
    bodyRequired: source.requestBody?.required === true,
  };
}

function parameterField(document, { in: where, name, schema, required, description }) {
  return field(document, where, name, schema, required, description);
}

function bodyFields(document, schema) {
  const { properties = {}, required = [] } = flatten(document, schema);
  return Object.entries(properties).map(([name, one]) => field(document, 'body', name, one, required.includes(name)));
}

/** A schema with its references followed, and with `null` left out of what it may be. */
function flatten(document, schema = {}) {
  if (schema.$ref) {
    const named = schema.$ref.split('/').slice(1).reduce((part, key) => part?.[key], document);
    return { ...flatten(document, named), ...(schema.description && { description: schema.description }) };
  }
  if (schema.allOf) return schema.allOf.map((one) => flatten(document, one)).reduce(merge, {});
  const choices = (schema.oneOf ?? schema.anyOf ?? []).filter((one) => one.type !== 'null');
  return choices.length === 1 ? { ...flatten(document, choices[0]), ...(schema.description && { description: schema.description }) } : schema;
}

function merge(left, right) {
  const required = [...(left.required ?? []), ...(right.required ?? [])];
  return { ...left, ...right, required, properties: { ...left.properties, ...right.properties } };
}

function field(document, where, name, schema, required = false, doc) {
  const flat = flatten(document, schema);
  const types = [flat.type ?? 'string'].flat().filter((one) => one !== 'null');
  return {
    key: `${where}.${name}`,
    where,
    name,
    required: required === true,
    kind: flat.enum ? 'choice' : (types[0] ?? 'string'),
    options: flat.enum ?? null,
    doc: doc ?? flat.description ?? '',
    example: flat.example ?? flat.default ?? '',
    isPassword: flat.format === 'password',
    isUuid: flat.format === 'uuid',
    min: flat.minimum,
    max: flat.maximum,
  };
}

/**
 * What would be sent.
 * @param {object} operation
 * @param {Record<string, string>} values by the fields' keys; an empty text leaves the field out
 * @param {string | null} rawBody the body as the user wrote it, in place of the fields
 * @returns {{ method: string, path: string, body: unknown, problems: Record<string, string> }}
 */
export function buildRequest(operation, values, rawBody) {
  const problems = {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const one of operation.parameters) {
    const text = (values[one.key] ?? '').trim();
    if (!text && one.required) problems[one.key] = 'needed';
    if (one.where === 'path') path = path.replace(`{${one.name}}`, text ? encodeURIComponent(text) : `{${one.name}}`);
    else if (text) query.set(one.name, text);
  }
  const body = operation.body ? readBody(operation, values, rawBody, problems) : undefined;
  const search = query.toString();
  return { method: operation.method, path: search ? `${path}?${search}` : path, body, problems };
}

function readBody(operation, values, rawBody, problems) {
  if (rawBody !== null) {
    if (!rawBody.trim() && !operation.bodyRequired) return undefined;
    try {
      return JSON.parse(rawBody);
    } catch (error) {
      problems.body = `this is no JSON: ${error.message}`;
      return undefined;
    }
  }
  const body = {};
  for (const one of operation.body) {
    const text = values[one.key] ?? '';
    if (!text && one.required) problems[one.key] = 'needed';
    if (!text) continue;
    try {
      body[one.name] = readValue(one, text);
    } catch (error) {
      problems[one.key] = error.message;
    }
  }
  return Object.keys(body).length > 0 || operation.bodyRequired ? body : undefined;
}

function readValue({ kind }, text) {
  if (kind === 'boolean') return text === 'true';
  if (kind === 'array') return text.split(/[\s,]+/).filter(Boolean);
  if (kind === 'object') return JSON.parse(text);
  if (kind !== 'integer' && kind !== 'number') return text;
  const number = Number(text);
  if (!Number.isFinite(number) || (kind === 'integer' && !Number.isInteger(number))) throw new Error(`not ${kind === 'integer' ? 'a whole number' : 'a number'}`);
  return number;
}

/** The request in three languages; all of them take the key from the environment. */
export const LANGUAGES = {
  curl: ({ method, path, body }) => curl(method, path, { body }),
  JavaScript({ method, path, body }) {
    const type = body === undefined ? '' : ", 'Content-Type': 'application/json'";
    return [
      `const response = await fetch(${JSON.stringify(apiUrl(path).href)}, {`,
      `  method: '${method}',`,
      `  headers: { Authorization: \`Bearer \${process.env.HOOKSWITCH_API_KEY}\`${type} },`,
      ...(body === undefined ? [] : [`  body: JSON.stringify(${JSON.stringify(body)}),`]),
      '});',
      'console.log(response.status, await response.text());',
    ].join('\n');
  },
  Python({ method, path, body }) {
    return [
      'import json, os, urllib.request',
      '',
      'request = urllib.request.Request(',
      `    ${JSON.stringify(apiUrl(path).href)},`,
      `    method="${method}",`,
      '    headers={',
      '        "Authorization": "Bearer " + os.environ["HOOKSWITCH_API_KEY"],',
      ...(body === undefined ? [] : ['        "Content-Type": "application/json",']),
      '    },',
      ...(body === undefined ? [] : [`    data=json.dumps(${python(body)}).encode(),`]),
      ')',
      'with urllib.request.urlopen(request) as response:',
      '    print(response.status, response.read().decode())',
    ].join('\n');
  },
};

function python(value) {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`).join(', ')}}`;
  return JSON.stringify(value);
}
