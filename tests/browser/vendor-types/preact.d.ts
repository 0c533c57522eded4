// As much of it as the pages use; the package's own types do not know the path that it is served at.
export function h(type: any, props: any, ...children: any[]): any;
export function render(tree: any, parent: Element): void;
