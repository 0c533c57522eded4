// Settings as a configuration file and as an environment. Secrets and what is not set become remarks.

/**
 * @param {{ section: string, name: string, value: unknown, secret: boolean }[]} settings
 * @returns {string}
 */
export function asToml(settings) {
  const sections = new Map();
  for (const one of settings) {
    const { section, name, value, secret } = one;
    if (!sections.has(section)) sections.set(section, []);
    if (isAbsent(value)) sections.get(section).push(`#${name} is not set`);
    else if (secret) sections.get(section).push(`#${name} is secret: not shown`);
    else sections.get(section).push(`${name} = ${toml(value)}`);
  }
  return [...sections].map(([section, lines]) => `[${section}]\n${lines.join('\n')}\n`).join('\n');
}

/** @returns {string} lines that a shell, an env file of systemd or of a container reads */
export function asEnvironment(settings) {
  const lines = settings.map(({ env, value, secret }) => {
    if (isAbsent(value)) return `#${env} is not set`;
    if (secret) return `#${env} is secret: not shown`;
    const isWords = Array.isArray(value) && value.every((one) => typeof one === 'string' && !/[,\s"]/.test(one));
    const text = isWords ? value.join(',') : typeof value === 'string' ? value : toml(value);
    return `${env}=${/^[\w@%+=:,./*-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}`;
  });
  return `${lines.join('\n')}\n`;
}

/** One value in words, as the list shows it. */
export function valueText(value) {
  if (isAbsent(value)) return 'not set';
  return typeof value === 'string' ? value || '""' : toml(value);
}

function isAbsent(value) {
  return value === null || value === undefined;
}

function toml(value) {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value).filter(([, one]) => !isAbsent(one)).map(([name, one]) => `${name} = ${toml(one)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}
