import{h as m}from"/vendor/preact.js";import o from"/vendor/htm.js";export const html=o.bind(m);
