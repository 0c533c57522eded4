// Small drawings beside words. They say nothing that the words do not.

import { h } from '/vendor/preact.js';

const SHAPES = {
  overview: 'M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-3H4z',
  calls: 'M6.5 4h3l1.5 4.5-2 1.500a11 11 0 0 0 5 5l1.5-2 4.5 1.500v3a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 6a2 2 0 0 1 2-2z',
  users: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.500a6.5 6.5 0 0 1 3.5 5.5',
  webhooks: 'M9 8.500a3.5 3.5 0 1 1 5.5 2.900l2.5 4.600M12 8.5 8.5 15M6 14a3.5 3.5 0 1 0 3.5 4h8',
  deliveries: 'M3 6h18v12H3zM3 7l9 6.500L21 7',
  workers: 'M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4',
  wechat: 'M15 8.500C15 6 12.500 4 9.500 4S4 6 4 8.500c0 1.500.800 2.700 2 3.500v2.500l2.500-1.500M20 15.500c0-2.200-2-4-4.500-4s-4.500 1.800-4.500 4 2 4 4.500 4l1.500-.300 2 1.300v-2.200c.700-.700 1-1.700 1-2.800z',
  try: 'm5 7 5 5-5 5M12 18h7',
  trace: 'M3 12h4l2.5-7 5 14L17 12h4',
  config: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500v-5M9 19.500v-5',
  keys: 'M15 9a5 5 0 1 1-4.6 3L4 18.500V21h3v-2h2v-2h2l1.4-1.400M16.5 7.5h.01',
  health: 'M20 12h-4l-2 5-4-10-2 5H4',
  menu: 'M4 6h16M4 12h16M4 18h16',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  light: 'M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.400M17.6 17.6 19 19M5 19l1.4-1.400M17.6 6.4 19 5',
  dark: 'M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z',
  system: 'M3 5h18v11H3zM9 20h6M12 16v4',
  help: 'M9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.4-1 .9-1 1.700M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.500v13l10-6.500z',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  docs: 'M5 4h10l4 4v12H5zM14 4v5h5M8.5 13h7M8.5 16.500h7',
  out: 'M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5',
};

/** @param {{ name: keyof typeof SHAPES, size?: number }} props */
export function Icon({ name, size = 18 }) {
  const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return h('svg', { viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true', class: 'icon', ...stroke }, h('path', { d: SHAPES[name] }));
}
